/* base/err.c - names and texts of IU_E_* */
#include "base/err.h"

const char *iu_error_name(int error)
{
	switch (error) {
#define X(name, nr, text)                                                                          \
	case -(nr): return #name;
		IU_ERRORS(X)
#undef X
	}
	return "UNKNOWN";
}

const char *iu_error_text(int error)
{
	switch (error) {
#define X(name, nr, text)                                                                          \
	case -(nr): return text;
		IU_ERRORS(X)
#undef X
	}
	return "unknown error";
}
