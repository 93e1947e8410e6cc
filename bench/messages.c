// The least a program can do for the same run: a clock, twelve lines with one worker each, the same
// arrivals and exponential times. Prints the microseconds that a message costs.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define LINES 12

static uint64_t state = 88172645463325252ULL;

static double draw(void) {
  state ^= state << 13;
  state ^= state >> 7;
  state ^= state << 17;
  return (double)(state >> 11) / 9007199254740992.0;
}

int main(int argc, char **argv) {
  long count = argc > 1 ? atol(argv[1]) : 1000000;
  double free_at[LINES] = {0};
  double waited = 0;
  struct timespec from, to;
  clock_gettime(CLOCK_MONOTONIC, &from);
  for (long k = 0; k < count; k++) {
    double now = k * 1e5;
    int line = (int)(draw() * LINES);
    double start = now > free_at[line] ? now : free_at[line];
    free_at[line] = start - 8e5 * log(1 - draw());
    waited += start - now;
  }
  clock_gettime(CLOCK_MONOTONIC, &to);
  double us = (to.tv_sec - from.tv_sec) * 1e6 + (to.tv_nsec - from.tv_nsec) / 1e3;
  printf("%.6f %.0f\n", us / count, waited / count);
  return 0;
}
