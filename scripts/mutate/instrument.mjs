// Puts all chosen mutants of a source into one text: `$m(id)` at each of them returns whether it is active now.
import ts from 'typescript';

const OPTIONS = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  useDefineForClassFields: false,
  verbatimModuleSyntax: true,
};

export const transpile = (text) =>
  ts.transpileModule(text, { compilerOptions: OPTIONS }).outputText;

/** Builds the source with its mutants, which are in the order of the text, each with an `id` above 0. */
export function instrument(text, mutants) {
  return transpile(render(text, 0, text.length, mutants));
}

function render(text, from, to, mutants) {
  let out = '';
  let at = from;
  for (let k = 0; k < mutants.length;) {
    const { start, end, form } = mutants[k];
    let next = k + 1;
    while (next < mutants.length && mutants[next].start < end) next++;
    const within = mutants.slice(k, next);
    if (form === 'return') {
      out += `${text.slice(at, start)}if ($m(${mutants[k].id})) return;\n`;
      at = start;
      k++;
      continue;
    }
    const own = within.filter((one) => one.start === start && one.end === end && one.form === form);
    const inner = render(
      text,
      start,
      end,
      within.filter((one) => !own.includes(one)),
    );
    out +=
      text.slice(at, start) + (form === 'statement' ? unless(own[0], inner) : either(own, inner));
    at = end;
    k = next;
  }
  return out + text.slice(at, to);
}

const unless = ({ id }, inner) => `{ if (!$m(${id})) { ${inner} } }`;

function either(own, inner) {
  return own.reduceRight(
    (rest, { id, after }) => `($m(${id}) ? (${after}) : ${rest})`,
    `(${inner})`,
  );
}
