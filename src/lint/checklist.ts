import { pathText } from '../scenario/located.js';
import type { Places } from '../scenario/places.js';
import type { Plan } from '../contracts/plan/plan.js';
import type { ScenarioFile } from '../contracts/scenario/scenario.js';
import { comparePlaces, subjectIn } from './lint.js';
import { points, type Lack, type Point, type Rating } from './points.js';
import type { Subject } from './subject.js';

/** The answers to all points, for the variants that have the same ones. */
export interface Checklist {
  readonly file: string;
  readonly variants: readonly string[];
  readonly everywhere: boolean;
  readonly points: readonly Answer[];
}

/** The answer to a point, with its evidence. */
export interface Answer {
  readonly point: string;
  readonly answer: 'yes' | 'partly' | 'no' | 'does not apply';
  /** Number of places that have what the point asks for, of all to which it applies. */
  readonly have: number;
  readonly of: number;
  readonly evidence: string;
  readonly lacking: readonly Lacking[];
}

interface Lacking {
  readonly file: string;
  readonly line: number;
  readonly col: number;
  readonly path: string;
  readonly message: string;
}

/** The checklists of a scenario. Variants with the same answers share one. */
export function checklistsOf(
  file: ScenarioFile,
  plans: readonly Plan[],
  places: Places,
): readonly Checklist[] {
  const groups = new Map<string, { readonly variants: string[]; readonly answers: Answer[] }>();
  file.variants.forEach((variant, index) => {
    const subject = subjectIn(file, variant, plans[index], places);
    const located = ({ path, message }: Lack): Lacking => {
      const { file: name, line, col } = places.at(variant.name, path);
      return { file: name, line, col, path: pathText(path), message };
    };
    const answers = points.map((point) => {
      const { lacking, ...answer } = answerTo(point, subject);
      return { ...answer, lacking: lacking.map(located).sort(comparePlaces(places.path)) };
    });
    const key = JSON.stringify(answers);
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { variants: [variant.name], answers });
    else known.variants.push(variant.name);
  });
  return [...groups.values()].map(({ variants, answers }) => ({
    file: places.path,
    variants,
    everywhere: groups.size === 1,
    points: answers,
  }));
}

function answerTo(
  { name, counted, none, rate }: Point,
  subject: Subject,
): Omit<Answer, 'lacking'> & Rating {
  const { of, lacking } = rate(subject);
  const have = of - lacking.length;
  return {
    point: name,
    answer: of === 0 ? 'does not apply' : have === of ? 'yes' : have === 0 ? 'no' : 'partly',
    have,
    of,
    evidence: of === 0 ? none : `${have} of ${of} ${counted}`,
    lacking,
  };
}
