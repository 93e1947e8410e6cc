// Parts of pages that scripts write, between two marks.

/** The lines before and after the part of this name. */
export function marksOf(name) {
  return [`<!-- ${name}: begin -->`, `<!-- ${name}: end -->`];
}

/** A page with other text between the marks of this name. */
export function withMarked(page, name, text) {
  const marks = marksOf(name);
  const [begin, end] = marks.map((mark) => page.indexOf(mark));
  if (begin < 0 || end < begin) throw new Error(`the page has no lines ${marks.join(' and ')}`);
  return `${page.slice(0, begin)}${marks[0]}\n${text}${page.slice(end)}`;
}
