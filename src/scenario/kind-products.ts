/** Words of products in place of a kind, by the key that has the kind; each with the line to write. */
export type KindProduct = readonly [at: string, words: RegExp, advice: string];

const OWN_DEFAULTS = 'write generic, with the times of its operations, replicas and failover';

/** `**` stands for any keys before the last ones. */
export const KIND_PRODUCTS: readonly KindProduct[] = [
  // Aurora and RDS user guides: a failover of Aurora mostly takes less than 30 s, one of Multi-AZ 60 to 120 s.
  [
    'databases.*.kind',
    /^(amazon|aws)?aurora(postgres(ql)?|mysql)?$/,
    'write postgres or mysql, whichever it speaks; a failover takes about 30 s, as failover: { detect: 10s, promote: 20s }',
  ],
  [
    'databases.*.kind',
    /^(amazon|aws)?rds(postgres(ql)?|mysql)?$/,
    'write postgres or mysql; a failover of Multi-AZ takes 60 to 120 s, as failover: { detect: 30s, promote: 60s }',
  ],
  ['databases.*.kind', /^(timescale(db)?|alloydb|neon|supabase|citus)$/, 'write postgres'],
  ['databases.*.kind', /^(mariadb|percona|galera|vitess|planetscale)$/, 'write mysql'],
  ['databases.*.kind', /^(documentdb|atlas)$/, 'write mongo'],
  [
    'databases.*.kind',
    /^(valkey|elasticache|memorydb|memorystore|keydb|dragonfly)$/,
    'write redis',
  ],
  ['databases.*.kind', /^opensearch$/, 'write elasticsearch'],
  [
    'databases.*.kind',
    /^(cassandra|scylla(db)?|keyspaces|cockroach(db)?|yugabyte(db)?|tidb|spanner|bigtable|cosmos(db)?|oracle(db)?|mssql|(ms)?sqlserver|azuresql|db2|couchbase|couchdb|clickhouse|neo4j|snowflake|bigquery|redshift|sqlite|memcached|s3|influxdb)$/,
    OWN_DEFAULTS,
  ],
  [
    'queues.*.kind',
    /^(kinesis|eventhubs?|pulsar|redpanda|msk|confluent)$/,
    'a log with partitions is a topic: write it in topics, as kind: kafka',
  ],
  [
    'queues.*.kind',
    /^(sns|eventbridge|eventgrid)$/,
    'write it in topics, as kind: bus, with subscribers',
  ],
  // celery/worker/request.py (execute: acknowledges first, unless acks_late), kombu/transport/redis.py (visibility_timeout 3600).
  [
    'queues.*.kind',
    /^celery$/,
    'a task is lost with its process, unless it has acks_late: write simple, with commit: before of its consumer; ' +
      'for acks_late write rabbitmq, or for Redis { kind: sqs, visibilityTimeout: 1h }',
  ],
  ['queues.*.kind', /^dramatiq$/, 'write the broker that it uses, rabbitmq or simple'],
  // BRPOP, LPOP and BLMOVE: nothing brings a job of a dead process back, except super_fetch of Sidekiq Pro.
  [
    'queues.*.kind',
    /^(sidekiq|resque|rq)$/,
    'a job is lost with its process: write simple, with commit: before of its consumer; retries of Sidekiq are ' +
      'retry: { attempts: 26, mode: delayed, backoff: { kind: sidekiq } }, onPoison: skip',
  ],
  // bullmq src/commands/moveStalledJobsToWait: two checks, 30 s apart, find a lock that is not renewed each 15 s.
  [
    'queues.*.kind',
    /^bull(mq)?$/,
    'its locks are leases, as those of sqs, and a job of a dead process is back within 60 s: write ' +
      '{ kind: sqs, waitTime: 20s, visibilityTimeout: 60s }, with heartbeatInterval: 15s, ' +
      'retry: { attempts: 1 }, onPoison: skip of its consumer',
  ],
  ['queues.*.kind', /^jetstream$/, 'write nats'],
  ['queues.*.kind', /^amazonmq$/, 'write the broker that it runs, rabbitmq or simple'],
  // Peek-lock of Service Bus: a lock of 1 min, 10 deliveries. Its processor renews the lock 10 s before its end, and abandons
  // what fails. Pub/Sub: an acknowledgement deadline of 10 s, which the clients extend (python-pubsub leaser.py).
  [
    'queues.*.kind',
    /^(azure)?servicebus$/,
    'its locks are leases, as those of sqs: write { kind: sqs, waitTime: 20s, visibilityTimeout: 60s, maxReceiveCount: 10, deadLetter: dead }, with ' +
      'heartbeatInterval: 50s, heartbeatLimit: 5m, retry: { mode: requeue }, onPoison: deadLetter for a processor of its SDK',
  ],
  [
    'queues.*.kind',
    /^(google)?pubsub$/,
    'its deadlines are leases, as those of sqs: write { kind: sqs, waitTime: 20s, visibilityTimeout: 10s }, with ' +
      'heartbeatInterval: 5s, heartbeatLimit: 1h for a streaming pull of its clients, and retry: { mode: requeue }, onPoison: skip where they nack',
  ],
  [
    'queues.*.kind',
    /^redisstreams?$/,
    'entries of a dead consumer wait for XAUTOCLAIM: write { kind: sqs, waitTime: 20s, visibilityTimeout: 60s } for a ' +
      'min-idle-time of 60 s',
  ],
  ['queues.*.kind', /^(activemq|artemis|ibmmq|redis|beanstalkd?|cloudtasks)$/, 'write simple'],
  ['topics.*.kind', /^(amazon|aws)?(sns|eventbridge)$|^eventgrid$/, 'write bus'],
  [
    'topics.*.kind',
    /^(redpanda|msk|confluent|kinesis|eventhubs?|pulsar|warpstream)$/,
    'write kafka, whose groups read partitions in order',
  ],
  [
    'topics.*.kind',
    /^((google)?pubsub|(azure)?servicebus|nats|jetstream)$/,
    'each of its subscriptions has a backlog of its own: write a queue for each in queues, and publish to each',
  ],
  // API Gateway, quotas: 10,000 requests per second with a burst of 5,000, and 29 s for an integration.
  [
    'gateways.*.kind',
    /^(amazon|aws)?(rest|http)?api(gateway|gw)?$/,
    'write simple; for API Gateway of AWS with middleware: [ rateLimit: { kind: tokenBucket, rate: 10000/s, burst: 5000 } ], and policy: { timeout: 29s } of its routes',
  ],
  [
    'gateways.*.kind',
    /^(istio|istiogateway|contour|gloo|ambassador|emissary|envoygateway|higress)$/,
    'its proxy is Envoy: write envoy',
  ],
  ['gateways.*.kind', /^(ingressnginx|nginxingress|openresty)$/, 'write nginx'],
  [
    'gateways.*.kind',
    /^(traefik|apisix|tyk|apigee|zuul|cloudfront|cloudflare|fastly|akamai|frontdoor|f5|bigip|azureapim|ocelot|krakend)$/,
    'write simple',
  ],
  // Cloud Run functions serve one request at a time by default.
  [
    'functions.*.kind',
    /^(google)?(gcf|cloudfunctions?|cloudrunfunctions?)$/,
    'write cloudRun, with concurrencyPerInstance: 1',
  ],
  [
    'functions.*.kind',
    /^((azure|cloudflare|vercel|netlify)(functions?|workers?)?|openfaas|fission|workers)$/,
    'write simple',
  ],
  [
    'functions.*.kind',
    /^(ecs|fargate|apprunner|beanstalk|heroku)$/,
    'tasks that run all the time are a service: write it in services',
  ],
  [
    '**.circuitBreaker.kind',
    /^(istio|envoy)$/,
    'a circuit breaker of Envoy is a limit and an ejection: write bulkhead: { kind: envoy } and outlierDetection: { kind: envoy }',
  ],
  ['**.circuitBreaker.kind', /^(sony|sonygobreaker)$/, 'write gobreaker'],
  [
    '**.circuitBreaker.kind',
    /^(sentinel|failsafe|pybreaker|smallrye|microprofile|faulttolerance|netflix|aiobreaker|semian)$/,
    'write custom, in which each choice is a field',
  ],
  [
    '**.rateLimit.kind',
    /^(nginx|limitreq|ingressnginx)$/,
    'write leakyBucket, as { kind: leakyBucket, rate: 10/s, burst: 20, delay: 20 } for limit_req with burst=20 nodelay',
  ],
  [
    '**.rateLimit.kind',
    /^(guava|bucket4j|go|golang|xrate|aws|apigateway|uber|spring|redisratelimiter)$/,
    'write tokenBucket',
  ],
  ['**.rateLimit.kind', /^istio$/, 'write envoy'],
  [
    '**.bulkhead.kind',
    /^(polly|dotnet|cockatiel|nginx|haproxy|failsafe|spring)$/,
    'write semaphore',
  ],
  // HAProxy: `retries 3` after failed connections, 1 s later to the same server.
  [
    '**.retry.kind',
    /^haproxy$/,
    'write simple, as { attempts: 4, on: [ connect ], backoff: { kind: constant, base: 1s } } for `retries 3`',
  ],
  // @Retryable of Spring Retry: maxAttempts 3, a delay of 1000 ms; that of Spring Framework 7: maxRetries 3 after the first.
  [
    '**.retry.kind',
    /^(spring|springretry|retryable)$/,
    'write simple, as { attempts: 3, backoff: { kind: constant, base: 1s } } for @Retryable of Spring Retry; attempts: 4 for that of Spring 7',
  ],
  [
    '**.loadBalancing.kind',
    /^(leastconns?|leastoutstanding(requests)?|lor)$/,
    'write leastConnections',
  ],
  ['**.loadBalancing.kind', /^(p2c|poweroftwo(choices)?|twochoices)$/, 'write leastRequest'],
  ['**.loadBalancing.kind', /^ewma$/, 'write peakEwma'],
  [
    '**.loadBalancing.kind',
    /^(static|weighted)?(rr|roundrobin)$/,
    'write roundRobin, with weights where they differ',
  ],
  [
    '**.loadBalancing.kind',
    /^(source|sourceip|iphash|clientip|uri|hash|consistenthash|ketama|sticky)$/,
    'write { kind: ringHash, key: user }, and the key in keys',
  ],
];
