// The same models written by hand for one machine and one question: no policies, no time series, no order of equal times.
// It is what a simulator can be compared with, not what one can be. `limit w1 CUSTOMERS`, `limit w2 SECONDS` or
// `limit messages COUNT` prints the CPU seconds, the events and the calls of one run.
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double cpu_seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// xoshiro256++
static uint64_t rng[4] = {0x9E3779B97F4A7C15ull, 0xBF58476D1CE4E5B9ull, 0x94D049BB133111EBull, 12345};
static inline uint64_t rotl(uint64_t x, int k) { return (x << k) | (x >> (64 - k)); }
static inline double uniform(void) {
  uint64_t r = rotl(rng[0] + rng[3], 23) + rng[0], t = rng[1] << 17;
  rng[2] ^= rng[0];
  rng[3] ^= rng[1];
  rng[1] ^= rng[2];
  rng[0] ^= rng[3];
  rng[2] ^= t;
  rng[3] = rotl(rng[3], 45);
  return (double)(r >> 11) * 0x1p-53;
}
static inline double exponential(double mean) { return -mean * log(1.0 - uniform()); }

// One log-linear histogram, 128 buckets an octave, from the bits of the double.
#define BUCKETS 16384
static uint32_t buckets[BUCKETS];
static inline void record(double value) {
  union { double d; uint64_t u; } v = {value};
  int64_t k = (int64_t)(v.u >> 45) - ((int64_t)(1023 - 40) << 7);
  buckets[k < 0 ? 0 : k >= BUCKETS ? BUCKETS - 1 : k]++;
}

// A heap with four children per node; equal times leave in the order in which they came.
typedef struct {
  double time;
  uint32_t sequence, kind, frame, epoch;
} Event;
static Event heap[1 << 17];
static uint32_t pending, sequence;
static inline int before(const Event *a, const Event *b) {
  return a->time < b->time || (a->time == b->time && a->sequence < b->sequence);
}
static inline void push(double time, uint32_t kind, uint32_t frame, uint32_t epoch) {
  Event e = {time, sequence++, kind, frame, epoch};
  uint32_t i = pending++;
  while (i > 0) {
    uint32_t parent = (i - 1) >> 2;
    if (!before(&e, &heap[parent])) break;
    heap[i] = heap[parent];
    i = parent;
  }
  heap[i] = e;
}
static inline Event pop(void) {
  Event top = heap[0], last = heap[--pending];
  if (pending > 0) {
    uint32_t i = 0;
    for (;;) {
      uint32_t child = (i << 2) + 1;
      if (child >= pending) break;
      uint32_t least = child, end = child + 4 < pending ? child + 4 : pending;
      for (uint32_t k = child + 1; k < end; k++)
        if (before(&heap[k], &heap[least])) least = k;
      if (!before(&heap[least], &last)) break;
      heap[i] = heap[least];
      i = least;
    }
    heap[i] = last;
  }
  return top;
}

static uint64_t events, calls;

// W1: one server, 80 % busy.
static void w1(long customers) {
  enum { ARRIVE, LEAVE };
  const uint32_t size = 1 << 16;
  double *line = malloc(sizeof(double) * size);
  uint32_t head = 0, tail = 0;
  long arrived = 1, left = 0;
  int busy = 0;
  push(exponential(1.25), ARRIVE, 0, 0);
  while (left < customers) {
    Event e = pop();
    events++;
    if (e.kind == ARRIVE) {
      line[tail++ & (size - 1)] = e.time;
      if (!busy) {
        busy = 1;
        push(e.time + exponential(1), LEAVE, 0, 0);
      }
      if (arrived < customers) {
        arrived++;
        push(e.time + exponential(1.25), ARRIVE, 0, 0);
      }
    } else {
      record(e.time - line[head++ & (size - 1)]);
      left++;
      if (head != tail) push(e.time + exponential(1), LEAVE, 0, 0);
      else busy = 0;
    }
  }
}

// W2: three services in a row with workers, bounded queues, timeouts, retries with a random wait, and failures of the last.
#define NONE 0xffffffffu
#define FRAMES 65536
enum { ARRIVAL, WORKED, AGAIN, EXPIRED };
typedef struct {
  double from;
  uint32_t parent, parent_epoch, epoch, next;
  uint8_t service, attempt;
} Frame;
static Frame frames[FRAMES];
static uint32_t unused;
static const double mean[3] = {0.002, 0.008, 0.010}, timeout[2] = {0.5, 0.1};
static const uint32_t workers[3] = {64, 32, 32}, room[3] = {256, 128, 128};
static const uint8_t retries[2] = {1, 2};
static uint32_t busy[3], head[3], tail[3], waiting[3][512];
static double now;

static void finish(uint32_t f, int good);

// Timers of one timeout expire in the order in which they were set; those of calls that were answered are passed over.
typedef struct {
  double time;
  uint32_t frame, epoch;
} Timer;
#define TIMERS 65536
static Timer timers[2][TIMERS];
static uint32_t first_timer[2], last_timer[2];

static void failed(uint32_t f) {
  Frame *frame = &frames[f];
  frame->epoch++;
  if (frame->attempt < retries[frame->service]) {
    double wait = uniform() * 0.010 * (double)(1 << frame->attempt);
    frame->attempt++;
    push(now + wait, AGAIN, f, 0);
  } else finish(f, 0);
}
static void answer(uint32_t f, uint32_t epoch, int good) {
  if (f == NONE || frames[f].epoch != epoch) return;
  if (good) {
    frames[f].epoch++;
    finish(f, 1);
  } else failed(f);
}
static void submit(uint32_t service, uint32_t parent, uint32_t epoch) {
  if (busy[service] >= workers[service] && tail[service] - head[service] >= room[service]) {
    answer(parent, epoch, 0);
    return;
  }
  uint32_t f = unused;
  Frame *frame = &frames[f];
  unused = frame->next;
  frame->parent = parent;
  frame->parent_epoch = epoch;
  frame->service = (uint8_t)service;
  frame->attempt = 0;
  frame->from = now;
  if (busy[service] < workers[service]) {
    busy[service]++;
    push(now + exponential(mean[service]), WORKED, f, 0);
  } else waiting[service][tail[service]++ & 511] = f;
}
static void call(uint32_t f) {
  uint32_t service = frames[f].service, epoch = ++frames[f].epoch;
  calls++;
  timers[service][last_timer[service]++ & (TIMERS - 1)] = (Timer){now + timeout[service], f, epoch};
  submit(service + 1, f, epoch);
}
static void finish(uint32_t f, int good) {
  Frame *frame = &frames[f];
  uint32_t service = frame->service, parent = frame->parent, epoch = frame->parent_epoch;
  if (parent == NONE && good) record(now - frame->from);
  frame->epoch++;
  frame->next = unused;
  unused = f;
  if (head[service] != tail[service])
    push(now + exponential(mean[service]), WORKED, waiting[service][head[service]++ & 511], 0);
  else busy[service]--;
  answer(parent, epoch, good);
}
static int expire(void) {
  double at = pending > 0 ? heap[0].time : INFINITY;
  int found = -1;
  for (int k = 0; k < 2; k++) {
    while (first_timer[k] != last_timer[k]) {
      Timer *t = &timers[k][first_timer[k] & (TIMERS - 1)];
      if (frames[t->frame].epoch == t->epoch) {
        if (t->time < at) {
          at = t->time;
          found = k;
        }
        break;
      }
      first_timer[k]++;
    }
  }
  if (found < 0) return 0;
  Timer t = timers[found][first_timer[found]++ & (TIMERS - 1)];
  now = t.time;
  failed(t.frame);
  return 1;
}
static void w2(double seconds) {
  for (uint32_t f = 0; f < FRAMES; f++) frames[f].next = f + 1;
  push(exponential(0.001), ARRIVAL, 0, 0);
  for (;; events++) {
    if (expire()) continue;
    if (pending == 0) break;
    Event e = pop();
    now = e.time;
    if (e.kind == ARRIVAL) {
      double next = now + exponential(0.001);
      if (next < seconds) push(next, ARRIVAL, 0, 0);
      calls++;
      submit(0, NONE, 0);
    } else if (e.kind == AGAIN) call(e.frame);
    else if (frames[e.frame].service == 2) finish(e.frame, uniform() >= 0.1);
    else call(e.frame);
  }
}

// A million messages: a clock, twelve lines with one worker each, exponential times. An event is a message.
static void messages(long count) {
  enum { LINES = 12 };
  double free_at[LINES] = {0};
  for (long k = 0; k < count; k++) {
    double arrival = (double)k * 1e-4;
    int line = (int)(uniform() * LINES);
    double start = arrival > free_at[line] ? arrival : free_at[line];
    free_at[line] = start + exponential(0.0008);
    record(start - arrival);
  }
  events = (uint64_t)count;
}

int main(int count, char **words) {
  if (count < 3) return 2;
  double from = cpu_seconds();
  if (strcmp(words[1], "w1") == 0) w1(atol(words[2]));
  else if (strcmp(words[1], "w2") == 0) w2(atof(words[2]));
  else messages(atol(words[2]));
  printf("{\"seconds\":%.6f,\"events\":%lu,\"attempts\":%lu}\n", cpu_seconds() - from, (unsigned long)events, (unsigned long)calls);
  return 0;
}
