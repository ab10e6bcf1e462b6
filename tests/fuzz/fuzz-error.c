/* fuzz-error.c - any bytes as an error: what is read is a row of the tables, and bounded */
#include <stdint.h>
#include <stdlib.h>

#include "input/error-text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int good)
{
	if (!good)
		abort();
}

static void check_readings(const struct iu_error_readings *readings)
{
	check(readings->n <= IU_ERROR_READINGS_MAX);
	for (size_t i = 0; i < readings->n; i++) {
		const struct iu_error_reading *reading = &readings->v[i];

		check(reading->system <= IU_ERROR_ANY);
		if (!iu_error_row(reading->id))
			check(reading->id == IU_ERROR_OTHER && reading->number);
		if (reading->number)
			check(reading->number->id == reading->id);
		if (reading->phrase)
			check(reading->phrase->id == reading->id);
		for (size_t k = 0; k < i && reading->id != IU_ERROR_OTHER; k++)
			check(readings->v[k].id != reading->id);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iu_error_readings readings;

	iu_error_read((const char *)data, size, &readings);
	check_readings(&readings);
	check(!(readings.is_number && readings.is_message));
	iu_error_read_message((const char *)data, size, &readings);
	check_readings(&readings);
	check(readings.is_message);
	return 0;
}
