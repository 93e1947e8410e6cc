/** All elements below another one that a selector finds. */
export function all<E extends HTMLElement = HTMLElement>(
  selector: string,
  root: ParentNode = document,
): E[] {
  return [...root.querySelectorAll<E>(selector)];
}

/** A new element with its properties. */
export function made<K extends keyof HTMLElementTagNameMap>(
  name: K,
  properties: Partial<HTMLElementTagNameMap[K]> = {},
): HTMLElementTagNameMap[K] {
  return Object.assign(document.createElement(name), properties);
}

/** The numbers of an attribute. */
export function numbersOf(text = ''): number[] {
  return text === '' ? [] : text.split(' ').map(Number);
}
