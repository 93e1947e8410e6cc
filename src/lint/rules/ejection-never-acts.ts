import { outlierKind } from '../../patterns/registry.js';
import type { OutlierDetection } from '../../contracts/scenario/policies.js';
import { pathText, type Path } from '../../scenario/located.js';
import type { Call } from '../calls.js';
import { hostOf, mostOf, sectionOf } from '../demand.js';
import type { Finding, Rule } from '../rule.js';
import type { Subject } from '../subject.js';
import { yamlAt } from '../words.js';

/** Outlier detections that may not eject a single instance, because one is more than the share that may be out. */
export const ejectionNeverActs: Rule = {
  name: 'ejection-never-acts',
  severity: 'warning',
  reason:
    'An ejection that would exceed `maxEjectionPercent` is not made, so a callee with few instances keeps the bad one.',
  remedy: 'Allow the share of one instance, or more instances.',
  check: (subject) => {
    const found = new Map<string, Finding>();
    for (const call of subject.calls) {
      const finding = judge(call, subject);
      if (finding === null) continue;
      const place = pathText(finding.path);
      if (!found.has(place)) found.set(place, finding);
    }
    return [...found.values()];
  },
};

function judge(call: Call, subject: Subject): Finding | null {
  const { callee } = call;
  const instances = mostOf(subject.scenario, callee);
  const [found] = detectionsOf(call, subject);
  const kind = outlierKind(found?.detection.kind);
  if (found === undefined || kind === undefined || instances < 2) return null;
  if (kind.mostOut(found.detection.config, instances) > 0) return null;
  return {
    path: found.path,
    entities: [callee],
    message: `no instance of ${callee} is ever ejected`,
    measured: `one of ${instances} instances is more than may be out`,
    limit: 'at least one instance',
    fix: yamlAt(found.path, `maxEjectionPercent: ${Math.ceil(100 / instances)}%`),
  };
}

/** The outlier detections that a call may have, the one that counts first: of its bundle, of its proxy, of its callee. */
function detectionsOf(
  { callee, outlierDetection, policyPath, proxyOutliers }: Call,
  subject: Subject,
): readonly Found[] {
  const { scenario, written } = subject;
  const ofMesh: Path = ['mesh', 'outbound', callee, 'outlierDetection'];
  const all: readonly (readonly [Path, OutlierDetection | null])[] = [
    [[...policyPath, 'outlierDetection'], outlierDetection],
    [written(ofMesh) ? ofMesh : ['mesh', 'policy', 'outlierDetection'], proxyOutliers],
    [
      [sectionOf(scenario, callee), callee, 'outlierDetection'],
      hostOf(scenario, callee)?.outlierDetection ?? null,
    ],
  ];
  return all.flatMap(([path, detection]) => (detection === null ? [] : [{ path, detection }]));
}

interface Found {
  readonly path: Path;
  readonly detection: OutlierDetection;
}
