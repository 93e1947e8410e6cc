import { tuneForCommand } from '../run/compiling.js';
import { startAheadFor } from './ahead.js';

// The thread that performs a command. It starts one that simulates before it loads its own code, so that both load at
// the same time.
tuneForCommand();
startAheadFor(process.argv.slice(2));
const { performForHost } = await import('./command-body.js');
await performForHost();
