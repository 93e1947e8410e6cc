import { bashScript } from './bash.js';
import { fishScript } from './fish.js';
import type { CommandWords } from './words.js';
import { zshScript } from './zsh.js';

/** The script that completes the command line, for every shell that is known. */
export const completions: Readonly<
  Record<'bash' | 'zsh' | 'fish', (commands: readonly CommandWords[]) => string>
> = { bash: bashScript, zsh: zshScript, fish: fishScript };
