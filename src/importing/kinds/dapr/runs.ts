import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';
import type { System } from '../../system.js';
import { noteClosed } from '../../workers.js';
import type { DocumentKind } from '../kind.js';
import { connectAddresses, connectArguments } from '../kubernetes/addresses.js';
import { clusterOf } from '../kubernetes/cluster.js';
import { coresBelow } from '../kubernetes/pods.js';
import { addProcess } from '../spring/application.js';
import type { Variable } from '../spring/layers.js';
import { idOf, startedApps } from './apps.js';
import { resilienciesOf } from './resiliency.js';

/** Files of `dapr run -f`: each app is a service. Source: docs.dapr.io, Multi-App Run template. */
export const daprRuns: DocumentKind = {
  recognises: (document) =>
    (document.get('apps')?.items() ?? []).some((app) => app.get('appDirPath') !== undefined),
  read(document, system) {
    resilienciesOf(system);
    // The services of manifests and Compose files are known by then, whichever file comes first.
    system.later('parts', () =>
      system.later('parts', () => {
        const shared = variablesIn(document.get('common'));
        for (const app of document.get('apps')!.items()) add(app, shared, system);
      }),
    );
    system.later('calls', () => {
      listBelow(document, { version: REASON.kind });
      document.list('how dapr run starts an app, without a counterpart');
    });
  },
};

function add(app: Cell, shared: ReadonlyMap<string, Cell>, system: System): void {
  const folder = app.get('appDirPath');
  const id = app.get('appID')?.text() ?? folder?.text()?.split(/[/\\]/).findLast(isName);
  if (id === undefined) return;
  const apps = startedApps(system);
  const isPod = clusterOf(system).pods.some(({ document }) => idOf(document) === id);
  if (apps.has(id) || isPod || system.find(id) !== undefined) {
    app.list('another one of these files runs an app of this name, and counts');
    return;
  }
  const component = system.add(id, { origins: [app.get('appID') ?? folder!] });
  system.addHost(id, '', component);
  component.fields.set('cpu', coresBelow(null, null));
  const all = new Map([...shared, ...variablesIn(app)]);
  const variables = [...all].map(([name, value]): Variable => ({ name, value }));
  const commands = [app.get('command')];
  addProcess(component, { variables, commands }, system);
  apps.set(id, { component, namespace: '', variables });
  if (app.get('appPort') === undefined) noteClosed(component, app, system);
  system.later('calls', () => {
    for (const { name, value } of variables)
      connectAddresses(component, name, value.text(), '', system, [value]);
    connectArguments(component, commands, '', system);
  });
}

/** A part of a path that names a folder. */
function isName(part: string): boolean {
  return part !== '' && part !== '.' && part !== '..';
}

function variablesIn(cell: Cell | undefined): ReadonlyMap<string, Cell> {
  return new Map(cell?.get('env')?.entries());
}
