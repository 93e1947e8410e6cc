import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';
import { property, valueOf } from './properties.js';

/** `prod` of `application-prod.yml`, unless it is the name of a component, or the user says whose settings these are. */
export function suffixOf({ file }: Cell, system: System): string | undefined {
  const [, suffix] = /(?:^|[/\\])application-([^/\\]+)\.[a-z]+$/i.exec(file) ?? [];
  const isNamed = system.names.ownersOf(file).length > 0 || system.named(suffix ?? '');
  return isNamed ? undefined : suffix;
}

/** A file with the services that it configures. */
export interface Owned {
  readonly document: Cell;
  readonly components: readonly Component[];
  /** `prod` of `orders-prod.yml` of a configuration server. */
  readonly profile?: string;
}

/**
 * Each file with the services that it configures, the one that counts least first: files of a program, the `application.yml`
 * that a configuration server has for all of its clients, and its files for single ones, each also for a profile. Source:
 * docs.spring.io/spring-cloud-config, Environment Repository.
 */
export function ownedBy(
  documents: ReadonlyMap<Cell, () => readonly Component[]>,
  system: System,
): readonly Owned[] {
  const all = [...documents].map(([document, usedBy]): Owned => {
    const named = ownersOf(document, system);
    return { document, components: named.length > 0 ? named : usedBy() };
  });
  const isOfServer = (own: Owned): boolean =>
    own.components.length === 1 && system.named(nameOf(own)) === own.components[0];
  const exact = all.filter(isOfServer);
  /** Its folder has files of other services, so that it is one of a configuration server. */
  const isAmong = (own: Owned): boolean =>
    own.document.path === '' &&
    !isSaid(own.document, system) &&
    exact.some(
      (other) => folderOf(other) === folderOf(own) && other.components[0] !== own.components[0],
    );
  const forProfiles = all.flatMap((own): Owned[] => {
    const component = isOfServer(own) ? undefined : prefixOf(nameOf(own), system);
    if (component === undefined || !isAmong({ ...own, components: [] })) return [];
    const profile = nameOf(own).slice(component.name.length + 1);
    return [{ document: own.document, components: [component], profile }];
  });
  const served = [...exact, ...forProfiles];
  const clients = new Set([
    ...served.flatMap(({ components }) => components),
    ...all.flatMap(({ document, components }) => (isClient(document) ? components : [])),
  ]);
  const isShared = (own: Owned): boolean =>
    (nameOf(own) === 'application' || suffixOf(own.document, system) !== undefined) && isAmong(own);
  const shared = all.filter(isShared).map((own) => ({ ...own, components: [...clients] }));
  const known = new Set([...shared, ...served].map(({ document }) => document));
  const rest = all.filter(({ document }) => !known.has(document));
  return [...rest, ...shared, ...served];
}

function folderOf({ document }: Owned): string | undefined {
  return FOLDER.exec(document.file)?.[1];
}

function nameOf({ document }: Owned): string {
  return BASE.exec(document.file)?.[1] ?? '';
}

/** The user, or the file, says whose settings these are. */
function isSaid(document: Cell, system: System): boolean {
  return (
    system.names.ownersOf(document.file).length > 0 ||
    APPLICATION.some((path) => valueOf(property(document, path)) !== undefined)
  );
}

/** The service of the longest name with which a name begins: `orders` of `orders-prod`. */
function prefixOf(name: string, { components }: System): Component | undefined {
  return components
    .filter((own) => own.section === 'services' && name.startsWith(`${own.name}-`))
    .sort((a, b) => b.name.length - a.name.length)[0];
}

function isClient(document: Cell): boolean {
  const named = property(document, 'spring.config.import')?.leaves() ?? [];
  const config = property(document, 'spring.cloud.config');
  return (
    (config !== undefined && property(config, 'server') === undefined) ||
    named.some((cell) => cell.text()?.includes('configserver:') === true)
  );
}

const FOLDER = /^(.*)[/\\][^/\\]*$/;
const BASE = /([^/\\]+)\.[a-z]+$/i;

/**
 * The services that a file configures: as mapped, as its name says, or as its file or folder is called. A configuration server
 * has a file for each application, such as `orders.yml`. Source: docs.spring.io/spring-cloud-config, Environment Repository.
 */
export function ownersOf(document: Cell, system: System): readonly Component[] {
  const { file } = document;
  const servicesOf = (names: readonly string[]): readonly Component[] =>
    names
      .flatMap((name) => system.named(name) ?? [])
      .filter(({ section }) => section === 'services');
  const mapped = servicesOf(system.names.ownersOf(file));
  if (mapped.length > 0) return mapped;
  const [, folder, suffix] =
    /([^/\\]*)[/\\]application(?:-([^/\\]+))?\.[a-z]+$/i.exec(`/${file}`) ?? [];
  const [, base] = BASE.exec(file) ?? [];
  const ofModule = moduleOf(file, system);
  const application = APPLICATION.map((path) => valueOf(property(document, path)));
  const names = [...application, suffix, folder, base, ofModule];
  return servicesOf(names.flatMap((name) => (name ? [name] : []))).slice(0, 1);
}

/** Settings with the name of an application. */
export const APPLICATION = [
  'spring.application.name',
  'quarkus.application.name',
  'micronaut.application.name',
];

/** The folders above the resources of a module of Maven or Gradle. */
const MODULE = /^(.*)[/\\]src[/\\]main[/\\]resources[/\\](?:config[/\\])?[^/\\]+$/;
/** What the module is called that a service is started from, alone or after the name of the service. */
const ROLE = /(?:^|[-_.])(?:app|application|service|svc|server|api|boot|bootstrap|main|web)$/i;

/**
 * The service of the module of a file: `orders` of `shop-orders/src/main/resources`, of `orders-service/src/main/resources`,
 * and of the module `app` in the folder `orders`. Modules with other names, such as `orders/common`, are libraries.
 */
function moduleOf(file: string, system: System): string | undefined {
  const folders = MODULE.exec(`/${file}`)?.[1]?.split(/[/\\]/).reverse() ?? [];
  for (const folder of folders) {
    const rest = folder.replace(ROLE, '');
    const found = longestEnd(folder, system) ?? longestEnd(rest, system);
    if (found !== undefined || rest !== '') return found;
  }
  return undefined;
}

/** The name of the service with which a name ends: `orders` of `shop-orders`. */
function longestEnd(name: string, { components }: System): string | undefined {
  return components
    .filter(({ section }) => section === 'services')
    .map((own) => own.name)
    .filter((own) => name === own || name.endsWith(`-${own}`))
    .sort((a, b) => b.length - a.length)[0];
}
