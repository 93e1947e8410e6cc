/** Oldest Node.js that runs faultline, [major, minor]. */
const OLDEST = [20, 19];

/** Ends the process with a clear message if this Node.js is too old. */
export function requireNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  const wanted = OLDEST.join('.');
  process.stderr.write(`faultline needs Node.js ${wanted} or newer; this is ${process.version}\n`);
  process.exit(2);
}
