/* The version, in one place. */
#ifndef DAEMON_VERSION_H
#define DAEMON_VERSION_H

#define CEBRIDGE_VERSION "0.1.0"

#endif
