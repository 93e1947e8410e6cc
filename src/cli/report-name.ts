import { basename } from 'node:path';
import { safeName, slugOf } from '../text/file-name.js';
import { STDIN } from './files.js';

/** Names of devices on some systems. */
const DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/**
 * The name of a report: that of the scenario's file, made safe where necessary, or its title where there is no file.
 */
export function reportName(path: string, title = ''): string {
  if (path === STDIN) return safeFileName(slugOf(title) || 'stdin');
  return safeFileName(basename(path).replace(/\.ya?ml$/, ''));
}

/** The file as an argument of a command. */
export function fileArgument(path: string): string {
  return path === STDIN ? '-' : basename(path);
}

/** A name that is safe on every system: the name itself or, if necessary, one derived from it. */
export function safeFileName(name: string): string {
  const isPlain = /^[a-z0-9][a-z0-9-]{0,39}$/.test(name) && !DEVICE.test(name);
  return isPlain ? name : safeName(name);
}
