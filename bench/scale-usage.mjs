// Loaded before the program: writes the user CPU time of the process and the peak of its resident memory, all its threads
// included, when it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  const { userCPUTime, maxRSS } = process.resourceUsage();
  const usage = { seconds: userCPUTime / 1e6, megabytes: (maxRSS * 1024) / 1e6 };
  writeFileSync(process.env.FAULTLINE_USAGE, JSON.stringify(usage));
});
