// The part of a DOM that Plot needs to draw charts: elements with attributes, children and text. A whole one, such as
// jsdom's, takes longer to load than a small simulation takes to run, and 80 MB.

const SVG = 'http://www.w3.org/2000/svg';

type ChartNode = ChartElement | string;

/** An element of a chart. */
class ChartElement {
  readonly ownerDocument: ChartDocument;
  readonly namespaceURI = SVG;
  parentNode: ChartElement | null = null;
  private readonly name: string;
  private readonly attributes = new Map<string, string>();
  private childNodes: ChartNode[] = [];

  constructor(ownerDocument: ChartDocument, name: string) {
    this.ownerDocument = ownerDocument;
    this.name = name;
  }

  setAttribute(name: string, value: unknown): void {
    this.attributes.set(name, String(value));
  }

  removeAttribute(name: string): void {
    this.attributes.delete(name);
  }

  /** Puts a node in front of another one; null: after all. */
  insertBefore(node: ChartElement, next: ChartElement | null): ChartElement {
    node.parentNode?.childNodes.splice(node.parentNode.childNodes.indexOf(node), 1);
    const place = next === null ? this.childNodes.length : this.childNodes.indexOf(next);
    this.childNodes.splice(place, 0, node);
    node.parentNode = this;
    return node;
  }

  appendChild(node: ChartElement): ChartElement {
    return this.insertBefore(node, null);
  }

  set textContent(text: string) {
    this.childNodes = [text];
  }

  get outerHTML(): string {
    const attributes = [...this.attributes].map(([name, value]) => ` ${name}="${quoted(value)}"`);
    const inner = this.childNodes.map((node) =>
      typeof node === 'string' ? escaped(node) : node.outerHTML,
    );
    return `<${this.name}${attributes.join('')}>${inner.join('')}</${this.name}>`;
  }
}

/** The document that creates them; Plot calls the methods that it needs. */
class ChartDocument {
  readonly documentElement = new ChartElement(this, 'svg');

  createElementNS(_namespace: string, name: string): ChartElement {
    return new ChartElement(this, name);
  }
}

/** A document in which charts are drawn. */
export function chartDocument(): object {
  return new ChartDocument();
}

function quoted(value: string): string {
  return escaped(value).replaceAll('"', '&quot;');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
