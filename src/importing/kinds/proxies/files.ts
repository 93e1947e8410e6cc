import type { Cell } from '../../cell.js';
import { isDockerfile } from '../../dockerfile.js';
import type { Component, System } from '../../system.js';
import { plainKey } from '../../traced-parts.js';
import type { Variables } from '../compose/variables.js';
import { fillerOf } from '../envoy/templates.js';
import type { DocumentKind } from '../kind.js';
import { processSources } from '../spring/application.js';

/** A program that passes requests on as its files say. */
export interface ProxyKind {
  readonly name: string;
  recognises(document: Cell): boolean;
  /** Whether a file has its configuration, by its name. */
  isFile(path: string): boolean;
  /** Whether a document passes requests on. */
  passes(document: Cell): boolean;
  /** Reads all files of one component together: one may have the settings of another one. */
  connect(owner: Component, documents: readonly Cell[], variables: Variables, system: System): void;
}

/** A container with the files that it may get. */
export interface Container {
  readonly component: Component;
  /** Texts that may name them: mounts, arguments of its build. */
  readonly files: readonly string[];
  /** Folders of its build, which end in a slash: that of its Dockerfile, and its context. */
  readonly folders: readonly string[];
}

/** Notes a container that may run a proxy; to be called before the phase `routes`. */
export function noteContainer(container: Container, system: System): void {
  containersOf(system).push(container);
}

function containersOf(system: System): Container[] {
  return system.shared('containers with files', () => []);
}

/** The variables of images, by the folder of their build. */
function imagesOf(system: System): Map<string, Cell> {
  return system.shared('variables of images', () => new Map<string, Cell>());
}

/** Files of a proxy. The service that runs it is a gateway if a route of them leads to a service. */
export function proxyFiles(kind: ProxyKind): DocumentKind {
  return {
    recognises: (document) => kind.recognises(document),
    read(document, system) {
      addFile(kind, document, (): Component | undefined => ownerOf(document, system), system);
    },
  };
}

/** Notes a file of a proxy, with the component that has it. */
export function addFile(
  kind: ProxyKind,
  document: Cell,
  owner: () => Component | undefined,
  system: System,
): void {
  const files = system.shared(`files of ${kind.name}`, (): File[] => {
    const made: File[] = [];
    // After the routes of gateways behind it.
    system.later('settings', () => system.later('routes', () => connectAll(kind, made, system)));
    return made;
  });
  files.push({ document, owner });
}

interface File {
  readonly document: Cell;
  readonly owner: () => Component | undefined;
}

/** Images whose variables fill the files of a proxy in their folders. */
export const dockerfiles: DocumentKind = {
  recognises: (document) => isDockerfile(document.file),
  read(document, system) {
    imagesOf(system).set(folderOf(document.file), document);
    system.later('calls', () => {
      document.list('a variable of an image: the addresses of a proxy that use it count');
    });
  },
};

/** The container that the user names, that mounts the file, in whose folder it is, or that has the variables of the template. */
export function ownerOf(document: Cell, system: System): Component | undefined {
  const file = document.file.replaceAll('\\', '/').replace(/^\.\//, '');
  const containers = containersOf(system);
  const services = (names: readonly string[]): readonly Component[] =>
    names
      .flatMap((name) => system.named(name) ?? [])
      .filter(({ section }) => section === 'services');
  const mounted = containers.find(({ files }) => files.some((text) => isMount(text, file)));
  const [built, other] = containers
    .flatMap(({ component, folders }) => folders.map((folder) => ({ component, folder })))
    .filter(({ folder }) => file.startsWith(folder))
    .sort((a, b) => b.folder.length - a.folder.length);
  // Of several containers of one folder, that of the name.
  const isOne = built !== undefined && built.folder !== other?.folder;
  const own = isOne ? built.component : undefined;
  const [mapped] = services(system.names.ownersOf(document.file));
  const [named] = services(file.split('/').slice(0, -1).reverse());
  const filler = fillerOf(document, system);
  return mapped ?? mounted?.component ?? own ?? named ?? built?.component ?? filler;
}

/** The container that is built in a folder of nearly this name, such as `dotnet-orders` in `OrdersService/`. */
export function builtIn(name: string, system: System): Component | undefined {
  const found = containersOf(system).filter(({ folders }) =>
    folders.some((folder) => plainKey(folder.split('/').at(-2) ?? '') === plainKey(name)),
  );
  return found.length === 1 ? found[0]!.component : undefined;
}

/** Whether a text such as `./web/nginx.conf:/etc/nginx/nginx.conf` names a file. */
function isMount(text: string, file: string): boolean {
  const path = text.split(':')[0]!.replace(/^(\.\/)+/, '');
  return path !== '' && (file === path || file.endsWith(`/${path}`));
}

function folderOf(file: string): string {
  return file.replace(/[^/\\]*$/, '');
}

function connectAll(kind: ProxyKind, files: readonly File[], system: System): void {
  const byOwner = new Map<Component, Cell[]>();
  for (const { document, owner: find } of files) {
    const owner = find();
    if (owner === undefined) {
      if (kind.passes(document) && kind.isFile(document.file))
        system.ask(
          `Which component runs ${kind.name} with ${document.file}? --map ${document.file}=NAME`,
        );
      document.list('no component has this file: write --map FILE=NAME');
    } else byOwner.set(owner, [...(byOwner.get(owner) ?? []), document]);
  }
  for (const [owner, own] of byOwner)
    kind.connect(owner, own, variablesOf(owner, own, system), system);
}

/** The variables of the container, which override those of its image. */
function variablesOf(owner: Component, documents: readonly Cell[], system: System): Variables {
  return new Map([
    ...documents.flatMap(({ file }) => imagesOf(system).get(folderOf(file))?.entries() ?? []),
    ...(processSources(system).get(owner)?.variables ?? []).map(
      ({ name, value }) => [name, value] as const,
    ),
  ]);
}
