import { composeFiles, dotEnvFiles } from './compose/index.js';
import { envoyBootstraps } from './envoy/bootstrap.js';
import { apiGateways } from './gateway-api/gateways.js';
import { apiRoutes } from './gateway-api/routes.js';
import { trafficPolicies } from './gateway-api/traffic-policies.js';
import { destinationRules } from './istio/destination-rules.js';
import { backendConfigs } from './ingress/backend-config.js';
import { ingresses } from './ingress/ingresses.js';
import { kongPlugins } from './ingress/kong.js';
import { ingressRoutes } from './ingress/ingress-routes.js';
import { gateways, serviceEntries } from './istio/gateways.js';
import { proxyConfigs } from './istio/proxy-config.js';
import { virtualServices } from './istio/virtual-services.js';
import type { DocumentKind } from './kind.js';
import { daprComponents } from './dapr/components.js';
import { daprResiliencies } from './dapr/resiliency.js';
import { daprRuns } from './dapr/runs.js';
import { linkerd } from './linkerd/profiles.js';
import { trafficSplits } from './linkerd/traffic-splits.js';
import { analysisTemplates } from './kubernetes/analyses.js';
import { bystanders } from './kubernetes/bystanders.js';
import { disruptionBudgets } from './kubernetes/disruption.js';
import { flaggerCanaries } from './kubernetes/flagger.js';
import { scaledObjects } from './kubernetes/scaled-object.js';
import { kafkas } from './kafka/cluster.js';
import { describedTopics } from './kafka/described.js';
import { kafkaTopicResources } from './kafka/topics.js';
import { kongDeclarations } from './kong/declarative.js';
import { configMaps } from './kubernetes/config-maps.js';
import { autoscalers } from './kubernetes/hpa.js';
import { services } from './kubernetes/services.js';
import { workloads } from './kubernetes/workloads.js';
import { openshiftRoutes } from './openshift/routes.js';
import { proxyKinds } from './proxy-kinds.js';
import { dockerfiles, proxyFiles } from './proxies/files.js';
import { applications } from './spring/application.js';
import { traefikMiddlewares, traefikServices } from './traefik/crd.js';
import { traefikFiles } from './traefik/dynamic.js';

/** Every kind of document that can be read. The first one that recognises a document reads it. */
export const documentKinds: readonly DocumentKind[] = [
  workloads,
  services,
  autoscalers,
  disruptionBudgets,
  scaledObjects,
  flaggerCanaries,
  analysisTemplates,
  gateways,
  ingresses,
  backendConfigs,
  kongPlugins,
  traefikMiddlewares,
  traefikServices,
  traefikFiles,
  ingressRoutes,
  openshiftRoutes,
  apiGateways,
  apiRoutes,
  trafficPolicies,
  virtualServices,
  destinationRules,
  serviceEntries,
  proxyConfigs,
  daprComponents,
  daprResiliencies,
  daprRuns,
  linkerd,
  trafficSplits,
  kafkas,
  kafkaTopicResources,
  describedTopics,
  configMaps,
  bystanders,
  envoyBootstraps,
  kongDeclarations,
  applications,
  composeFiles,
  dotEnvFiles,
  ...proxyKinds.map(proxyFiles),
  dockerfiles,
];
