import { Cell, type SourceText } from './cell.js';

/** Key of the topics of `kafka-topics.sh --describe`. */
export const DESCRIBED = 'kafka-topics --describe';

const TOPIC = /^Topic: ?(\S+)\t.*\bPartitionCount: ?\d/m;

/** Whether a text is what `kafka-topics.sh --describe` prints, by the line of a topic. */
export function isKafkaDescribe(text: string): boolean {
  return TOPIC.test(text.slice(0, 65_536));
}

/**
 * The topics, each with its fields, its `Configs` and its `partitions`. Versions before 2.x write no space after a colon,
 * later ones have more fields. Source: Apache Kafka, tools/src/main/java/org/apache/kafka/tools/TopicCommand.java.
 */
export function kafkaDescribeOf({ path, text }: SourceText): Cell {
  const topics = new Map<string, Map<string, Cell>>();
  const partitions = new Map<string, Cell[]>();
  const lines = new Map<string, number>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const fields = fieldsOf(line);
    const topic = fields.get('Topic');
    if (topic === undefined) continue;
    const at = index + 1;
    const cell = (key: string, value: Cell['value']): Cell =>
      new Cell(`${topic}.${key}`, path, at, value);
    if (!fields.has('PartitionCount')) {
      const own = [...fields].filter(([key]) => key !== 'Topic');
      const read = new Map(own.map(([key, value]) => [key, cell(`partition.${key}`, value)]));
      partitions.set(topic, [...(partitions.get(topic) ?? []), cell('partition', read)]);
      continue;
    }
    const own = new Map([...fields].map(([key, value]) => [key, cell(key, value)]));
    // A value may have commas, as in cleanup.policy=compact,delete.
    const configs = (fields.get('Configs') ?? '').split(/,(?=[a-z][a-z.]*=)/);
    const pairs = configs.flatMap((each) => {
      const [key, ...rest] = each.split('=');
      return rest.length === 0 ? [] : [[key!, cell(`Configs.${key!}`, rest.join('='))] as const];
    });
    own.set('Configs', cell('Configs', new Map(pairs)));
    topics.set(topic, own);
    lines.set(topic, at);
  }
  const all = [...topics].map(([name, own]) => {
    own.set('partitions', new Cell(`${name}.partitions`, path, 1, partitions.get(name) ?? []));
    return [name, new Cell(name, path, lines.get(name)!, own)] as const;
  });
  return new Cell('', path, 1, new Map([[DESCRIBED, new Cell(DESCRIBED, path, 1, new Map(all))]]));
}

/** The fields of a line, which tabs divide: `Leader: 1`. */
function fieldsOf(line: string): ReadonlyMap<string, string> {
  const parts = line.split('\t').flatMap((part) => {
    const [, key, value] = /^\s*(\w+): ?(.*?)\s*$/.exec(part) ?? [];
    return key === undefined ? [] : [[key, value!] as const];
  });
  return new Map(parts);
}
