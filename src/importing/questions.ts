import { list } from '../text/words.js';
import type { Guess } from './guesses.js';

/** Most questions of a card. */
const QUESTIONS_MAX = 5;
/** Names that a question lists in full. */
const NAMES_MAX = 4;

/**
 * The questions whose answers would replace the guesses that matter most, the most useful one first. `boundless`:
 * databases without a limit.
 */
export function questionsOf(
  guesses: readonly Guess[],
  asked: readonly string[],
  boundless: readonly string[],
): readonly string[] {
  const all = [
    question(
      guesses,
      /^workloads\..*arrivals$/,
      () => 'How many requests arrive per second, and how do they divide over the entrances?',
    ),
    question(guesses, /^workloads\..*\.call$/, (found) => {
      const names = found.map(({ value }) => value.split('.')[0]!);
      return `Which components call ${shown(names)}? These files name none.`;
    }),
    question(
      guesses,
      /\.steps\[0\]\.work$/,
      (found) => `How much CPU time does one request take in ${shown(found.map(componentOf))}?`,
    ),
    question(
      guesses,
      /\.steps\[\d+\]\.(call|query)(\.to)?$/,
      (found) =>
        `${found.length === 1 ? 'Does each request make the suggested call, and how often?' : `Which of the ${found.length} suggested calls does each request make, in which order, how often?`} Traces would say it.`,
    ),
    question(
      guesses,
      /\.operations\..*\.work$/,
      (found) => `How long does a typical query of ${shown(found.map(componentOf))} take?`,
    ),
    question(
      guesses,
      /^topics\..*\.partitions$/,
      (found) => `How many partitions has ${shown(found.map(componentOf))}?`,
    ),
    question(guesses, /\.cpu(\.cores)?$/, (found) => {
      const bare = found.filter(({ path }) => path.endsWith('.cpu')).map(componentOf);
      const open = bare.length === 0 ? '' : ` (${shown(bare)} set no CPU limit)`;
      return `How many cores has a node${open}?`;
    }),
    question(
      guesses,
      /\.memory\.base$/,
      (found) => `How much memory do ${shown(found.map(componentOf))} use without load?`,
    ),
  ];
  const known = all.filter((each) => each !== null);
  // Questions of the traces are about what no other file can say. They come first, but leave room for others.
  const first = [...new Set([...coresOf(boundless), ...asked])].slice(
    0,
    Math.max(3, QUESTIONS_MAX - known.length),
  );
  return [...first, ...known].slice(0, QUESTIONS_MAX);
}

/** Addresses that no file describes: the scenario has no component for them, so that their failures and limits are missing. */
export function outsideQuestion(outside: ReadonlyMap<string, string>): readonly string[] {
  const names = [...outside].map(([host, where]) => `${host} (${where})`);
  if (names.length === 0) return [];
  return names.length === 1
    ? [`Which component is ${names[0]!}? No file describes it, so the scenario lacks it.`]
    : [`Which components are ${shown(names)}? No file describes them, so the scenario lacks them.`];
}

/** Databases of which no file says the cores: in a run none of them would ever be full. */
function coresOf(databases: readonly string[]): readonly string[] {
  if (databases.length === 0) return [];
  const isOne = databases.length === 1;
  return [
    `How many cores ${isOne ? 'has' : 'have'} ${shown(databases)}? ` +
      `Until you write cpu, and the times as work, no load fills ${isOne ? 'it' : 'them'}.`,
  ];
}

function question(
  guesses: readonly Guess[],
  path: RegExp,
  ask: (found: readonly Guess[]) => string,
): string | null {
  const found = guesses.filter((guess) => path.test(guess.path));
  return found.length === 0 ? null : ask(found);
}

function componentOf({ path }: Guess): string {
  return path.split('.')[1] ?? path;
}

function shown(names: readonly string[]): string {
  const unique = [...new Set(names)];
  if (unique.length <= NAMES_MAX) return list(unique);
  return `${unique.slice(0, NAMES_MAX - 1).join(', ')} and ${unique.length - NAMES_MAX + 1} others`;
}
