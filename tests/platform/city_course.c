#include "tests/platform/city_course.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    const char *prefix, *kind;
} categories[CITY_CATEGORIES] = {
    [CATEGORY_PUBLIC] = {"GX", "公需课"},
    [CATEGORY_PROFESSIONAL] = {"ZY", "专业课"},
    [CATEGORY_CREDIT] = {"XF", "学分课"},
};

struct city_catalogue *city_course_catalogue(void)
{
    struct city_catalogue *all = calloc(1, sizeof *all);
    for (unsigned at = 0; all != NULL && at < CITY_YEARS * CITY_CATEGORIES * CITY_COURSES; at++) {
        unsigned number = at % CITY_COURSES, category = at / CITY_COURSES % CITY_CATEGORIES;
        unsigned year = at / CITY_COURSES / CITY_CATEGORIES;
        struct city_course *course = &all->course[year][category][number];
        int stated = CITY_FIRST_YEAR + (int)year;
        snprintf(course->code, sizeof course->code, "%s%d-%04u", categories[category].prefix,
                 stated, number + 1);
        city_name_course(categories[category].kind, stated, number, course->name);
    }
    return all;
}
