import { DerivedCell, type Cell } from '../../cell.js';
import { listBelow, listExtensions, REASON } from '../../reasons.js';
import { makesLoad } from '../kubernetes/component.js';
import { brokerOf } from '../../message-brokers.js';
import type { Component } from '../../system.js';
import { calledProduct, productOf } from '../kubernetes/products.js';
import { pathFrom, type Values } from './values.js';

/** The Compose file of this import that a value names, from the folder of its own file; undefined = there is none. */
export type FileAt = (path: Cell) => Cell | undefined;

const REPLACED = 'a later definition replaces it';

/** The definitions that `extends` of the last one names: those of this project, or that of another file. */
function basesOf(
  layers: readonly Cell[],
  all: ReadonlyMap<string, Container>,
  fileAt: FileAt,
): readonly Cell[] {
  const cell = layers.findLast((layer) => layer.get('extends') !== undefined)?.get('extends');
  if (cell === undefined) return [];
  const name = (cell.get('service') ?? cell).text() ?? '';
  const file = cell.get('file');
  if (file === undefined) return all.get(name)?.layers ?? [];
  const found = fileAt(file)?.get('services', name);
  if (found === undefined) return [];
  cell.list('the definition that it extends is read');
  return [found];
}

/** A service of Docker Compose, from all files that define it. */
export class Container {
  readonly name: string;
  /** Its definitions, the one that counts most last. */
  readonly layers: Cell[];

  constructor(name: string, layers: readonly Cell[]) {
    this.name = name;
    this.layers = [...layers];
  }

  override(layer: Cell): void {
    this.layers.push(layer);
  }

  /** Puts the service that this one extends beneath its own definitions. */
  extend(all: ReadonlyMap<string, Container>, fileAt: FileAt): void {
    const seen = new Set<Cell>(this.layers);
    let top = this.layers;
    for (;;) {
      const below = basesOf(top, all, fileAt).filter((layer) => !seen.has(layer));
      if (below.length === 0) return;
      for (const layer of below) seen.add(layer);
      this.layers.unshift(...below);
      top = below;
    }
  }

  /** The value at a path, from the last definition that has it. */
  get(...path: readonly string[]): Cell | undefined {
    return this.all(...path).findLast(({ value }) => value !== null);
  }

  /** The values at a path in all definitions. Docker Compose merges mappings and lists, but for `!override` and `!reset`. */
  all(...path: readonly string[]): readonly Cell[] {
    const found = this.layers.flatMap((layer) => layer.get(...path) ?? []);
    const first = found.findLastIndex(({ replaces }) => replaces);
    for (const cell of found.slice(0, Math.max(0, first))) cell.list(REPLACED);
    return found.slice(Math.max(0, first));
  }

  /** Paths of files with variables, the one that counts most last: texts, or mappings with a `path`. */
  environmentFiles(): readonly Cell[] {
    const cells = this.all('env_file').flatMap((cell) =>
      cell.items().length > 0 ? cell.items() : [cell],
    );
    return cells.map((cell) => cell.get('path') ?? cell).filter((cell) => cell.isScalar);
  }

  /**
   * Whether `docker compose up` starts it: it has no profile, or COMPOSE_PROFILES of `.env` has one of them, or a star. Source:
   * docs.docker.com/compose/how-tos/profiles.
   */
  isActive(values: Values): boolean {
    const own = (this.get('profiles')?.items() ?? []).map((cell) => values.text(cell) ?? '');
    const active = (values.variable('COMPOSE_PROFILES') ?? '').split(',').map((one) => one.trim());
    return own.length === 0 || active.includes('*') || own.some((name) => active.includes(name));
  }

  /** The image from which its own one is built, where an argument names it: `BASE_IMAGE`. */
  private baseImage(values: Values): string {
    const args = this.all('build', 'args').flatMap((cell) => [
      ...cell.entries().map(([key, value]) => `${key}=${values.text(value) ?? ''}`),
      ...cell.items().map((item) => values.text(item) ?? ''),
    ]);
    const found = args.flatMap((text) => /^\w*(?:IMAGE|FROM)=(.+)$/i.exec(text)?.[1] ?? []);
    return found.find((image) => productOf(image) ?? brokerOf(image)) ?? '';
  }

  /** Texts that name its program: the image, and the file and the folder of its build. */
  programs(values: Values): readonly (string | undefined)[] {
    const folder = this.get('build', 'context') ?? this.get('build');
    return [this.get('image'), this.get('build', 'dockerfile'), folder].map((cell) =>
      values.text(cell),
    );
  }

  /** Texts that may name files of configuration: volumes, configs, arguments of the build. */
  files(values: Values): readonly string[] {
    const mounts = this.all('volumes').flatMap((cell) => cell.items());
    const args = this.all('build', 'args').flatMap((cell) => [
      ...cell.items(),
      ...cell.entries().map(([, value]) => value),
    ]);
    const cells = [...mounts.map((cell) => cell.get('source') ?? cell), ...args];
    return cells.flatMap((cell) => values.text(cell)?.replace(/^[A-Z_]+=/, '') ?? []);
  }

  /** The folder of its build, which ends in a slash; undefined = it is not built. */
  buildFolder(values: Values): string | undefined {
    const build = this.get('build');
    const context = build?.get('context') ?? build;
    const folder = context?.isScalar === true ? values.text(context) : undefined;
    if (folder === undefined) return undefined;
    return `${pathFrom(context!.file, folder)}/`.replace(/^\/$/, '');
  }

  /** Folders of files that its build may copy: that of its Dockerfile, and its context. */
  buildFolders(values: Values): readonly string[] {
    const context = this.buildFolder(values);
    if (context === undefined) return [];
    const dockerfile = values.text(this.get('build', 'dockerfile')) ?? '';
    const own = dockerfile.replace(/^\.\//, '').replace(/[^/]*$/, '');
    return own === '' || /^\/|\.\./.test(own) ? [context] : [`${context}${own}`, context];
  }

  /** What the container is: a database, a broker, a generator of load, or a service. */
  role(
    values: Values,
    databases: ReadonlyMap<string, string>,
  ): Pick<Component, 'section' | 'product' | 'isLoad'> {
    // A change of a service that a file outside of the import defines: Docker Compose starts none without an image or a build.
    const isChange = this.get('image') === undefined && this.get('build') === undefined;
    const own = values.text(this.get('image')) ?? '';
    const image = isChange ? this.name : this.baseImage(values) || own;
    const isAsked = this.get('ports') !== undefined || this.get('expose') !== undefined;
    const isLoad = makesLoad(this.name, image, isAsked);
    const byName = isChange && /(^|[-_])(db|database)$/i.test(this.name) ? 'generic' : null;
    const called = calledProduct(image, databases.get(this.name.toLowerCase()) ?? byName);
    const product = productOf(image) ?? called;
    const [database, broker] = isLoad ? [null, null] : [product, brokerOf(image)];
    const section = database !== null ? 'databases' : broker !== null ? 'topics' : 'services';
    return { section, product: database ?? broker, isLoad };
  }

  /** Names by which others reach it. */
  hosts(values: Values): readonly string[] {
    const aliases = this.all('networks').flatMap((networks) =>
      networks.entries().flatMap(([, network]) => network.get('aliases')?.items() ?? []),
    );
    const cells = [this.get('container_name'), this.get('hostname'), ...aliases];
    for (const cell of cells) cell?.list(REASON.name);
    return [this.name, ...cells.flatMap((cell) => values.text(cell) || [])];
  }

  /** Labels of the container, and those of its service in a swarm. `unset` gets each variable that no file sets. */
  labels(
    values: Values,
    unset: (name: string, cell: Cell) => void,
  ): readonly (readonly [string, Cell])[] {
    const read = (cell: Cell): string => {
      const { text, missing } = values.label(cell);
      for (const name of missing) unset(name, cell);
      return text.trim();
    };
    const all = [...this.all('labels'), ...this.all('deploy', 'labels')];
    return all.flatMap((labels) => [
      ...labels
        .entries()
        .map(([key, cell]) => [key, new DerivedCell(cell.path, [cell], read(cell))] as const),
      ...labels.items().map((item) => {
        const [, key = '', value = ''] = /^([^=]*)=?(.*)$/s.exec(read(item)) ?? [];
        return [key, new DerivedCell(item.path, [item], value)] as const;
      }),
    ]);
  }

  /** A port that is bound on the host; undefined = none. */
  publishedPort(values: Values): Cell | undefined {
    const ports = this.all('ports').flatMap((cell) => cell.items());
    return ports
      .map((port) => port.get('published') ?? port)
      .find((cell) => {
        const text = values.text(cell) ?? '';
        return /:\d+(\/\w+)?$/.test(text) || (/^\d+$/.test(text) && /published$/.test(cell.path));
      });
  }

  /** Whether something outside of this file can reach a port of it: through the host, or a proxy that finds it by itself. */
  isOpen(values: Values): boolean {
    const names = ['ports', 'expose', 'labels', 'deploy.labels', 'network_mode'];
    const isFound = this.all('environment').some((cell) =>
      cell.leaves().some((leaf) => /VIRTUAL_HOST/.test(`${leaf.path} ${values.text(leaf)}`)),
    );
    return isFound || names.some((name) => this.all(...name.split('.')).length > 0);
  }

  list(reason: string): void {
    for (const layer of this.layers) layer.list(reason);
  }

  /** Gives the reasons for what has no counterpart. */
  listRest(): void {
    for (const layer of this.layers) {
      listBelow(layer, REST);
      listBelow(layer, { deploy: DATABASE, mem_limit: DATABASE, stop_grace_period: DATABASE });
      listExtensions(layer);
    }
  }
}

const HEALTH =
  'Docker Compose only reports a container that is unhealthy: it neither restarts it nor keeps calls away';
const DATABASE = 'a database of the language has cores, connections and replicas';
const SWARM = 'only a scheduler of Swarm uses it';
const OUTPUT = 'another file: import it too, or the output of docker compose config';
const CGROUP = 'this limit of a container has no counterpart';

const REST: Readonly<Record<string, string>> = {
  image: REASON.program,
  build: REASON.program,
  command: REASON.program,
  entrypoint: REASON.program,
  working_dir: REASON.program,
  init: REASON.program,
  platform: REASON.program,
  pull_policy: REASON.program,
  develop: REASON.program,
  runtime: REASON.program,
  stdin_open: REASON.program,
  tty: REASON.program,
  stop_signal: REASON.program,
  post_start: REASON.program,
  pre_stop: 'how long the hook takes is not in the file',
  provider: REASON.program,
  models: REASON.program,
  gpus: REASON.program,
  configs: REASON.program,
  labels: REASON.label,
  label_file: REASON.label,
  annotations: REASON.label,
  profiles: 'COMPOSE_PROFILES has its profile',
  container_name: REASON.name,
  hostname: REASON.name,
  domainname: REASON.name,
  extends: OUTPUT,
  env_file: 'a file with variables: those of files of this import count',
  environment: REASON.environment,
  ports: REASON.port,
  expose: REASON.port,
  networks: 'networks of containers are not simulated',
  network_mode: 'networks of containers are not simulated',
  mac_address: 'networks of containers are not simulated',
  dns: 'names are resolved without loss of time',
  dns_search: 'names are resolved without loss of time',
  dns_opt: 'names are resolved without loss of time',
  extra_hosts: 'names are resolved without loss of time',
  links: 'the order in which containers start, and no call',
  external_links: 'the order in which containers start, and no call',
  depends_on: 'the order in which containers start, and no call',
  healthcheck: HEALTH,
  restart: 'an instance that ends is started again by `platform.restart`',
  logging: 'the output of programs is not simulated',
  volumes: REASON.storage,
  volumes_from: REASON.storage,
  tmpfs: REASON.storage,
  shm_size: REASON.storage,
  storage_opt: REASON.storage,
  read_only: REASON.storage,
  secrets: REASON.security,
  user: REASON.security,
  group_add: REASON.security,
  userns_mode: REASON.security,
  privileged: REASON.security,
  cap_add: REASON.security,
  cap_drop: REASON.security,
  security_opt: REASON.security,
  credential_spec: REASON.security,
  devices: REASON.program,
  device_cgroup_rules: REASON.security,
  cgroup: CGROUP,
  cgroup_parent: CGROUP,
  ipc: REASON.security,
  pid: REASON.security,
  uts: REASON.security,
  isolation: REASON.security,
  sysctls: CGROUP,
  ulimits: CGROUP,
  blkio_config: CGROUP,
  pids_limit: CGROUP,
  cpu_shares: 'acts only among containers that compete for one machine, which no file shows',
  cpu_percent: CGROUP,
  cpu_rt_runtime: CGROUP,
  cpu_rt_period: CGROUP,
  cpu_count: CGROUP,
  mem_reservation:
    'no hard limit: Docker reclaims down to it only when the host is short of memory',
  mem_swappiness: 'processes do not swap: memory above the limit ends them',
  memswap_limit: 'processes do not swap: memory above the limit ends them',
  oom_kill_disable: CGROUP,
  oom_score_adj: CGROUP,
  attach: REASON.program,
  use_api_socket: REASON.program,
  'deploy.resources.limits.pids': CGROUP,
  'deploy.resources.reservations': SWARM,
  'deploy.mode': SWARM,
  'deploy.endpoint_mode': SWARM,
  'deploy.placement': SWARM,
  'deploy.labels': REASON.label,
  'deploy.restart_policy':
    'waits before restarts are `platform.restart`; only Swarm reads this one',
  'deploy.update_config': 'acts only while a rollout runs: write `rollout` to simulate one',
  'deploy.rollback_config': 'acts only while a rollout runs: write `rollout` to simulate one',
};
