// Loaded before the program: writes the user CPU time of the process, all its threads included, when it ends.
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.FAULTLINE_USAGE, String(process.cpuUsage().user / 1e6));
});
