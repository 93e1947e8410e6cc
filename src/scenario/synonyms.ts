/**
 * Synonyms, one line for each concept: the words of scenarios, and those of resilience4j, Envoy, Istio, Hystrix, Polly,
 * Kubernetes, k6, Kafka, RabbitMQ and chaos tools. If several words of a line are legal at a place, the first one is
 * suggested. A word may appear in several lines.
 */
export const SYNONYMS: readonly string[] = [
  // Sections.
  'services components nodes apps applications microservices deployments systems backends',
  'workloads load loads traffic clients users journeys scenarios',
  'faults failures chaos experiments incidents outages injections attacks',
  'budgets slos slo thresholds goals objectives criteria',
  'expect expectations expected assertions checks asserts',
  'gateways ingress proxies proxy edge apigateway',
  'databases db dbs datastores stores persistence',
  'functions lambdas serverless',
  'variants configurations configs alternatives cases',
  'run simulation settings options',
  'policies resilience patterns',
  'title name label',
  'labels tags annotations',
  'id name key label',
  'description doc comment note',

  // Run and load.
  'duration time length period runtime',
  'replications repetitions repeats runs iterations trials',
  'target rate rps qps tps level to',
  'arrivals rate rps qps tps throughput requestspersecond executor',
  'users vus virtualusers concurrency clients',
  'call target endpoint url',
  'exponent s skew theta alpha',
  'requests steps scenario journey target calls endpoint',
  'patience timeout deadline clienttimeout',
  'think thinktime pause sleep',
  'metrics objective objectives',
  'expect subjectto constraints metrics templates successcondition',
  'cpuHour core cores cpu vcpu corehour cpuprice',
  'memoryGbHour memory ram gb memoryhour memoryprice',
  'rampUp startrate',
  'stop until till end ends endsat finish',
  'stages segments phases ramps',

  // Components.
  'replicas instances pods count size scale replicacount minreplicas',
  'concurrency threads workers maxthreads poolsize threadpool maxconcurrency maxinflight parallelism',
  'endpoints routes operations handlers methods apis',
  'operations queries statements tables',
  'queue backlog maxqueue queuesize buffer pending acceptcount',
  'cpu cores cpus vcpu resources',
  'to target callee destination upstream service',
  'wait sleep delay latency pause io think',
  'work compute cpu burn busy',
  'publish send produce emit enqueue',
  'call request invoke http grpc get post',
  'query sql select insert update execute',
  'database store db datastore',
  'parallel concurrent all gather fanout fork',
  'branches do tasks each calls steps',
  'choose switch if either random branch',
  'weight probability chance odds likelihood',
  'loop repeat foreach while',
  'compensation compensate compensatewith undo rollback revert compensatingaction',
  'onFailure rollback onfail',
  'background async fireandforget nowait detached',
  'work time latency duration servicetime cost cpu',

  // Of a fault, which has an `after` too.
  'for duration length until lasting',

  // Policies of a call.
  'retry retries retrypolicy retrying',
  'constant fixed static',
  'circuitBreaker breaker circuit cb',
  'rateLimit ratelimiter limiter throttling quota',
  'timeout timelimiter timelimit calltimeout requesttimeout',
  'bulkhead isolation threadpoolbulkhead semaphore connectionpool',
  'hedge hedging speculative backuprequest',
  'loadBalancing balancer loadbalancer lb lbpolicy balancing',
  'outlierDetection outlier ejection passivehealthcheck',
  'throttle adaptivethrottling admissioncontrol loadshedding',
  'concurrencyLimit adaptiveconcurrency',
  'fallback default failover backup',
  'coalesce coalescing singleflight dedupe collapse requestcollapsing stampede cachestampede dogpile',
  'herd thunderingherd',
  'idempotence idempotency',
  'after timeout duration time value limit timeoutduration seconds ms delay',

  // Retries.
  'attempts maxattempts maxretries retries numretries maxretryattempts retryattempts times tries count',
  'backoff delay wait interval waitduration initialinterval baseinterval retrydelay basedelay sleepduration',
  'base initial initialdelay initialbackoff initialwait minbackoff mindelay start',
  'on retryon retryexceptions statuses codes retryablestatuscodes conditions statuscodes handle',
  'budget retrybudget',
  'ratio percent budgetpercent percentage share budgetratio',

  // Breakers.
  'openDuration waitDurationInOpenState resetTimeout sleepWindow breakDuration halfOpenAfter open durationofbreak opentimeout cooldown timeout',
  'failureThreshold maxFailures failures consecutivefailures threshold errors failurecount',
  'failureRateThreshold errorThresholdPercentage failureRatio threshold failurerate errorrate errorthreshold errorpercentage',
  'minimumNumberOfCalls requestVolumeThreshold volumeThreshold minimumThroughput minCalls minRequests minRequestThreshold minimumcalls minimumrequests',
  'slidingWindowSize rollingWindow rollingCountTimeout samplingDuration windowSize window interval windowlength',
  'permittedNumberOfCallsInHalfOpenState halfOpenPermits halfOpenSampling halfOpen maxRequests halfopencalls halfopenmaxcalls permittedcalls probes',
  'consecutive5xx consecutive5xxErrors consecutiveerrors',
  'slowCallDurationThreshold slow slowcallthreshold slowthreshold',
  'ignore ignoreexceptions ignored exclude',
  'failOn recordexceptions record failures errors handle',

  // Caches, whose levels have connections too.
  'capacity size maxsize maxentries maximumsize',
  'get of from lookup',
  'onMiss load loader fetch miss',

  // Bulkheads, limiters and pools.
  'maxConcurrent maxConcurrentCalls maxparallelization maxparallel coreSize maxRequests limit max concurrency permits',
  'maxQueue queueCapacity maxQueueSize maxPendingRequests http1MaxPendingRequests queueSize maxqueuingactions queue',
  'maxWait maxWaitDuration timeoutDuration acquireTimeout maxwaittime waittimeout queuetimeout',
  'rate limitForPeriod tokensPerFill limit requestspersecond rps qps permitspersecond refillrate requestsperunit replenishrate',
  'burst maxTokens burstcapacity bucketsize capacity tokens',
  'limitRefreshPeriod fillInterval window refreshperiod interval period per',
  'maximumPoolSize maxOpen max poolsize size maxconnections maxpoolsize maxtotal maxopenconns',
  'connectionTimeout acquireTimeout checkouttimeout borrowtimeout pooltimeout maxwait queryWaitTimeout pendingacquiretimeout',
  'maxPending pendingacquiremaxcount',
  'maxIdle maxidleconnsperhost maxidleconns',
  'maxConnections connections connectionlimit maxconn',
  'idleTimeout waittimeout idlesessiontimeout interactivetimeout',
  'baseEjectionTime ejectiontime ejectionduration',

  'disruptionBudget pdb poddisruptionbudget',
  'rollout strategy updatestrategy deploymentstrategy',
  'concurrency tomcat undertow jetty',
  'ringHash consistenthash',

  // Faults.
  'crash kill down podkill podfailure outage',
  'stop terminate shutdown drain nodedrain poddelete deletepod evict eviction sigterm gracefulshutdown rollingrestart restart spot preempt preemption spotinterruption',
  'probes probe healthcheck healthchecks health',
  'liveness livenessprobe alive livez healthz',
  'readiness readinessprobe ready readyz',
  'call checks',
  'startup startupprobe',
  'autoscaling hpa autoscaler keda horizontalpodautoscaler scaling scaledobject autoscale',
  'min minreplicas minreplicacount minimum mininstances',
  'max maxreplicas maxreplicacount maximum maxinstances',
  'target averageutilization targetcpuutilizationpercentage averagevalue targetutilization threshold lagthreshold',
  'syncPeriod pollinginterval interval period horizontalpodautoscalersyncperiod',
  'scaleUp behavior',
  'stabilization stabilizationwindowseconds stabilizationwindow cooldown cooldownperiod downscalestabilization',
  'of topic queue group consumergroup',
  'period periodseconds interval every',
  'initialDelay initialdelayseconds startperiod',
  'failureThreshold unhealthythreshold retries maxfails fall',
  'successThreshold healthythreshold rise',
  'failOpenBelow failopen panicthreshold minimumhealthytargets',
  'preStop prestophook sleep lifecyclehook shutdowndelay deregistrationdelay preShutdownDelay',
  'terminationGrace terminationGracePeriod terminationGracePeriodSeconds graceperiod stoptimeout timeoutstopsec timeoutpershutdownphase shutdowntimeout',
  'drain graceful gracefulshutdown drainconnections finishinflight',
  'zoneOutage azoutage azfailure zonefailure availabilityzone datacenteroutage chaosgorilla poweroutage powerinterruption',
  'hang freeze stall stuck deadlock',
  'flush purge purgeall invalidate evict clear emptycache cacheflush cachepurge',
  'pause sigstop gcpause',
  'latency delay networkdelay lag slownetwork',
  'freeze autoscalerfreeze stuckautoscaler nometrics podautoscaler',
  'probe probefalse falseprobe brokenprobe healthchecklies livenessfailure readinessfailure',
  'certExpiry certificateexpiry expiredcertificate tlsexpiry certificate sslexpiry',
  'bandwidth ratelimitnetwork tbf throughputlimit networkbandwidth thinlink',
  'loss packetloss drop networkloss corrupt corruption',
  'partition netsplit blackhole isolate disconnect networkpartition',
  'error abort exception fail http500 errors diskfull ioerror',
  'reset resetpeer connectionreset limitdata',
  'slow degrade degraded slowdown diskstress iostress',
  'memoryLeak leak memorystress memoryhog podmemoryhog oom outofmemory heapleak',
  'cpuStress stress stresschaos cpuhog cpuload noisyneighbour',
  'workers cores cpus',
  'otherInstance redispatch retryhostpredicate previoushosts',
  'load surge spike traffic flashcrowd',
  'throttle throttling throttleerror apithrottleerror ratelimited quota quotaexceeded toomanyrequests http429 provisionedthroughputexceeded',
  'platform kubernetes k8s orchestrator runtime nomad cluster kubelet supervisor',
  'restart backoff crashloopbackoff crashloop restartpolicy restartbackoff backofflimit',
  'resetAfter resetperiod stableafter windowseconds',
  'at start begin from when starttime',
  'target component service targets where on selector',
  'factor multiplier by magnitude',
  'add latency delay extra',
  'share percent percentage probability rate value',
  'when if condition trigger',
  'status outcome statuscode httpstatus errorcode code',

  // Messages and caches.
  'ttl expiry expiration expires maxage expireafterwrite',
  'capacity maxsize maxentries size limit maximumsize',
  'eviction evictionpolicy policy replacement',
  'partitions shards partitioncount numpartitions',
  'consumers consumergroups groups subscribers subscriptions listeners workers',
  'prefetch prefetchcount qos basicqos',
  'maxPollRecords batchsize batch maxpollrecord',
  'deadLetter dlq deadletterqueue dlx redrivepolicy',
  'visibilityTimeout lease ackdeadline acktimeout lockduration',
  'retention ttl retentionms keep',
  'pollInterval poll',
  'store to',
  'writes into',

  // Comparisons.
  '>= =>',
  '<= =<',
  '== =',

  // Metrics.
  'success availability successrate uptime',
  'success errors errorrate failures failurerate failed',
  'latency responsetime duration resptime',
  'recovery mttr recoverytime timetorecover',
  'throughput rps qps rate tps',
  'utilization usage saturation load',
  'lag consumerlag backlog offsetlag',
  'depth backlog length queuelength',
  'ready depth queuelength messagesready visiblemessages',
];

const LINES: readonly (readonly string[])[] = SYNONYMS.map((line) => line.split(' '));

/** Normalizes the spelling of a word: `max_attempts`, `max-attempts`, `MaxAttempts`. */
export function plainWord(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Words that count retries without the first attempt; `attempts` includes it. */
const RETRIES: ReadonlySet<string> = new Set([
  'retries',
  'maxretries',
  'numretries',
  'maxretryattempts',
]);

/** Warning if a synonym has a different meaning, so that renaming the key is not enough. */
export function caution(wrong: string, name: string): string | undefined {
  return name === 'attempts' && RETRIES.has(plainWord(wrong))
    ? 'it includes the first try'
    : undefined;
}

/**
 * The valid name with the same meaning as a word of the field; undefined if there is none. For a dotted name such as
 * `users.responseTime` its last part counts.
 */
export function synonym(wrong: string, names: readonly string[]): string | undefined {
  const dot = wrong.lastIndexOf('.') + 1;
  if (dot > 0) {
    const head = wrong.slice(0, dot);
    const tails = names.filter((name) => name.startsWith(head)).map((name) => name.slice(dot));
    const tail = synonym(wrong.slice(dot), tails);
    return tail === undefined ? undefined : head + tail;
  }
  const word = plainWord(wrong);
  const legal = new Map(names.map((name) => [plainWord(name), name]));
  for (const line of LINES) {
    if (!line.some((other) => plainWord(other) === word)) continue;
    const other = line.find((name) => legal.has(plainWord(name)));
    if (other !== undefined) return legal.get(plainWord(other));
  }
  return undefined;
}
