// Reads the sentences that a document prints, and compares each with the runs of the same document.
import { ALERTS } from './alerts.mjs';
import { ANSWERS } from './answers.mjs';
import { BESIDE } from './beside.mjs';
import { withoutGoals } from './goals.mjs';
import { sentencesIn } from './kind.mjs';
import { LAYOUT, SPLIT } from './layout.mjs';
import { PROOFS } from './proofs.mjs';
import { SETTINGS } from './settings.mjs';
import { TOLD } from './told.mjs';

const KINDS = [...PROOFS, ...BESIDE, ...SETTINGS, ...ANSWERS, ...ALERTS, ...TOLD];

/**
 * What the texts of a document say: the number of sentences, those that no kind reads, and those that contradict the
 * document. A text is `{ text, variants, place }`: the variants that it may be about, and its place in a report.
 */
export function readingOf(result, texts) {
  const found = { read: 0, unread: [], wrong: [] };
  // The faults that a sentence before has named, for `without the fault`.
  const said = [];
  for (const { text, variants, place } of texts) {
    const own = LAYOUT[place];
    for (const sentence of own === undefined || SPLIT.has(place) ? sentencesIn(text) : [text]) {
      const error = errorIn(sentence, variants, { result, said, kinds: own ?? KINDS });
      found.read++;
      if (error === undefined) found.unread.push(`[${place}] ${sentence}`);
      else if (error !== null) found.wrong.push(`[${place}] ${sentence}: ${error}`);
    }
  }
  return found;
}

/** What is wrong in a sentence about one of some variants; null if nothing is, undefined if no kind reads it. */
function errorIn(sentence, variants, { result, said, kinds }) {
  let error;
  for (const [text, variant] of readings(sentence, variants, result)) {
    const facts = { variant, result, own: variant.counterfactuals, said };
    const { rest, wrong } = withoutGoals(text, variant);
    for (const { name, read } of kinds) {
      const own = read(rest, facts);
      const found = own === null ? wrong : own;
      if (found === null) return null;
      if (found !== undefined) error ??= `${found} (${name})`;
    }
  }
  return error;
}

/** A sentence as that of each variant; one that begins with names of variants also as that of these. */
function readings(sentence, variants, result) {
  const colon = sentence.indexOf(': ');
  const names = sentence.slice(0, colon).split(/, | and /u);
  const listed = result.variants.filter(({ name }) => colon > 0 && names.includes(name));
  const first = result.variants.filter(({ name }) => sentence.startsWith(`${name}: `));
  const named = [
    ...(listed.length === names.length
      ? listed.map((one) => [sentence.slice(colon + 2), one])
      : []),
    ...first.map((one) => [sentence.slice(one.name.length + 2), one]),
  ];
  return [...named, ...variants.map((variant) => [sentence, variant])];
}
