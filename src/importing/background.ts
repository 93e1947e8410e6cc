import type { Component, System } from './system.js';

/** Tools that watch a system and take no part in its requests, by their images. */
const WATCHER =
  /(^|[/_]|(?<!with)-)(prometheus|grafana|jaeger(tracing)?|zipkin|loki|tempo|promtail|fluentd|fluentd-(kubernetes-daemonset|elasticsearch|es|gcp)|fluent-bit|filebeat|metricbeat|heapster|heapster[_-]\w+|kube-state-metrics|metrics-server|cadvisor|(node|nats|redis|postgres|mysqld|mongodb|kafka|rabbitmq|nginx|blackbox|statsd|elasticsearch|memcached|haproxy)[_-]exporter|alertmanager|kibana(-oss)?|otel-collector|opentelemetry-collector|opentelemetry-collector-contrib|adminer|pgadmin4?|phpmyadmin|portainer|mailhog|mailpit|maildev|mailcatcher|logstash(-oss)?|kubernetes-event-exporter|kafka-ui|kafdrop|akhq|redis-commander|redisinsight|mongo-express|dozzle|netdata)([:/@-]|$)/;

/** Why such a tool is left out. */
export const WATCHES = 'a tool that watches the system, and takes no part in its requests';

/** Whether an image, or the folder that it is built from, is such a tool. */
export function isWatcher(image: string): boolean {
  return WATCHER.test(image.toLowerCase());
}

/** Servers of settings, of names and of coordination, by their names or images. */
const SERVER =
  /(^|[/-])(config(uration)?-?server|eureka(-?server)?|discovery-?server|registry|(spring-boot-)?admin-?server|consul(-server)?|zookeeper|etcd|nacos(-server)?|vault)([:@]|$)/;

/**
 * Whether a program asks a component when it starts and in the background, not for each request, as it does servers of
 * settings, names, coordination or monitoring. `names`: its name and its image.
 */
export function isInBackground(names: readonly string[]): boolean {
  return names.some((name) => isWatcher(name) || SERVER.test(name.toLowerCase()));
}

const ASKED =
  'a server of settings, names, coordination or monitoring is asked at the start and in the background, not for each request';

/** The components that are asked in the background. Calls of them are left out, whatever suggests them. */
export function backgroundOf(system: System): Set<Component> {
  return system.shared('components that are asked in the background', () => {
    const made = new Set<Component>();
    system.later('policies', () => withoutCalls(made, system));
    return made;
  });
}

/** Leaves their calls out, and their ports as entrances of users. */
function withoutCalls(servers: ReadonlySet<Component>, system: System): void {
  system.dropEdges(
    ({ from, to }) => servers.has(to) || servers.has(from),
    () => ASKED,
  );
  for (const server of servers) {
    const place = server.entry ?? server.origins[0];
    server.entry?.relist(ASKED);
    server.entry = null;
    if (place !== undefined) system.inner.set(server, place);
  }
}
