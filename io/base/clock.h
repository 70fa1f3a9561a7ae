/* Seconds on a monotonic clock: only differences mean anything. Any thread. */
#ifndef COCO_IO_BASE_CLOCK_H
#define COCO_IO_BASE_CLOCK_H

double clock_now(void);

#endif
