import { it } from 'vitest';
import { BAD, RIGHT } from '/work/main/test/scenario/bad-input.js';
import { loadScenario } from '/work/main/src/scenario/load.js';
import { formatDiagnostic } from '/work/main/src/scenario/diagnostics.js';
it('x', () => {
  const ok = loadScenario('s.yaml', () => ({ text: RIGHT }));
  console.log('RIGHT', ok.problems.map(formatDiagnostic).join('\n'));
  let bad = 0;
  for (const c of BAD) {
    if (!RIGHT.includes(c.edit[0])) { console.log('NOEDIT', c.title); continue; }
    const text = RIGHT.replace(c.edit[0], () => c.edit[1]);
    const r = loadScenario('s.yaml', () => ({ text }));
    const offset = text.indexOf(c.at);
    const before = text.slice(0, offset).split('\n');
    const line = before.length, col = before.at(-1)!.length + 1;
    const hit = r.problems.find((p) => p.code === c.code && p.line === line && p.col === col && p.message.includes(c.says) && (c.suggestion === undefined || p.suggestion === c.suggestion));
    if (!hit) bad++;
    console.log((hit ? 'ok   ' : 'MISS ') + c.title + (hit ? '' : ` want ${c.code} ${line}:${col} ${c.suggestion}`) + '\n' + r.problems.map(formatDiagnostic).join('\n'));
  }
  console.log('BAD', bad, BAD.length);
}, 100000);
