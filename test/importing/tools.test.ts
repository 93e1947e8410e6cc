import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { deployed, imported, source } from './support.js';

const shop = deployed(['web'], { about: ', namespace: shop' });

const placed = (name: string, image: string, namespace = 'logs'): string =>
  deployed([name], { about: `, namespace: ${namespace}` }).replace(`shop/${name}`, image);

const daemons = (
  pod = 'volumes: [ { name: logs, hostPath: { path: /var/log } } ]',
  container = '',
): string => `
apiVersion: apps/v1
kind: DaemonSet
metadata: { name: log-server, namespace: logs }
spec:
  selector: { matchLabels: { app: log-server } }
  template:
    metadata: { labels: { app: log-server } }
    spec: { ${pod}, containers: [ { name: main, image: acme/log-server${container} } ] }
`;

const serviceOfThem = `
apiVersion: v1
kind: Service
metadata: { name: log-server, namespace: logs }
spec: { selector: { app: log-server } }
`;

function partsOf(...texts: readonly string[]): readonly string[] {
  const { services, databases = {} } = parse(imported(source(texts.join('\n---\n'))).scenario);
  return [...Object.keys(services), ...Object.keys(databases)];
}

/** The shapes of microservices-demo/microservices-demo (Apache-2.0), deploy/kubernetes. */
describe('a DaemonSet', () => {
  it('that mounts files of its node, and that nothing reaches, is no component', () => {
    expect(partsOf(shop, daemons())).toEqual(['web']);
    const { account } = imported(source([shop, daemons()].join('\n---\n')));
    expect(account.listed.map(({ reason }) => reason)).toContain(
      'a DaemonSet that mounts files of its node takes no requests: no Service and no port of the node leads to it',
    );
  });

  it.each([
    ['a Service', [daemons(), serviceOfThem]],
    [
      'a port of the node',
      [daemons(undefined, ', ports: [ { containerPort: 80, hostPort: 80 } ]')],
    ],
    [
      'the network of the node',
      [daemons('hostNetwork: true, volumes: [ { name: logs, hostPath: { path: /var/log } } ]')],
    ],
    ['messages, as it mounts no files', [daemons('nodeSelector: { disk: ssd }')]],
  ])('that may be reached through %s is a service', (_, texts) => {
    expect(partsOf(shop, ...texts)).toEqual(['web', 'log-server']);
  });

  it('is the system where the files have nothing else', () => {
    expect(partsOf(daemons())).toEqual(['log-server']);
  });
});

describe('Elasticsearch in a namespace of tools that watch', () => {
  const elastic = placed('elasticsearch', 'elasticsearch');

  it.each([
    ['a collector of logs', [daemons()]],
    ['Kibana', [placed('kibana', 'kibana')]],
  ])('keeps their logs: beside %s', (_, tools) => {
    expect(partsOf(shop, elastic, ...tools)).toEqual(['web']);
  });

  it.each([
    ['a service is there too', [placed('kibana', 'kibana'), placed('search', 'acme/search')]],
    ['only an exporter watches it', [placed('metrics', 'acme/elasticsearch-exporter')]],
    ['no tool is there', []],
  ])('is a database of the system where %s', (_, others) => {
    expect(partsOf(shop, elastic, ...others)).toContain('elasticsearch');
  });

  it('is a database of the system where an object names it', () => {
    const asking = shop.replace('shop/web', 'shop/web, args: [ --search=elasticsearch.logs ]');
    expect(partsOf(asking, elastic, placed('kibana', 'kibana'))).toContain('elasticsearch');
  });
});
