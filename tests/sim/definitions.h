/* The definitions and the mapping of the platforms, read once a process: they never change and may be shared
 * (definition.h), and a seed opens two bridges that would each read them anew. Their loaders are wrapped by the
 * linker. */
#ifndef SIM_DEFINITIONS_H
#define SIM_DEFINITIONS_H

/* When no bridge is open any more. */
void definitions_forget(void);

#endif
