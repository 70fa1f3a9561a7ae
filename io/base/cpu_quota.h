/* The processor time that the system grants this process: the quota of its control groups (cgroups), as containers
 * and batch systems set it. Any thread. */
#ifndef COCO_IO_BASE_CPU_QUOTA_H
#define COCO_IO_BASE_CPU_QUOTA_H

/* In processors: 1.5 is one and a half second of processor time a second. Infinity: there is no quota, or none that
 * can be read. The least of the process's own group and of all groups above it counts, of cgroups version 1 and 2.
 * `root` stands before the paths of /proc and /sys, for tests; it is "" otherwise. */
double cpu_quota(const char *root);

#endif
