/* output/home.h - paths as people write them: ~/shop */
#ifndef IU_OUTPUT_HOME_H
#define IU_OUTPUT_HOME_H

#include "base/text.h"

/**
 * iu_home_add() - appends a path of another program, escaped, with ~ for the reader's home
 * @home: NULL: there is none
 * @columns: at most so many; 0: no limit
 */
void iu_home_add(struct iu_text *out, const char *path, const char *home, size_t columns);

#endif
