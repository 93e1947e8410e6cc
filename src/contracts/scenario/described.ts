/** Name and description of a component. */
export interface Described {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly critical: boolean;
}
