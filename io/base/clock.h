/* Seconds on a clock that nobody sets: for differences alone. Any thread. */
#ifndef COCO_IO_BASE_CLOCK_H
#define COCO_IO_BASE_CLOCK_H

double clock_now(void);

#endif
