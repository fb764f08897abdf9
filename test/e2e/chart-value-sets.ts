export const DIGEST = `sha256:${'0'.repeat(64)}`;

/** Values in which everything that the chart can do is done. */
export const EVERYTHING = [
  'nameOverride=sync',
  'replicaCount=2',
  'image.repository=registry.example/institution-sync',
  `image.digest=${DIGEST}`,
  'imagePullSecrets[0].name=registry',
  String.raw`allowedAuth0Domains=*.auth0.com\, login.acme.example:8443`,
  String.raw`watchLabelSelector=shard in (a\, b)`,
  'concurrency=8',
  'leaderElectionName=all-of-it',
  'logLevel=debug',
  'extraArgs[0]=--one=two words',
  'extraEnv[0].name=HTTPS_PROXY,extraEnv[0].value=http://proxy.example:3128',
  'extraVolumes[0].name=ca,extraVolumes[0].configMap.name=ca',
  'extraVolumeMounts[0].name=ca,extraVolumeMounts[0].mountPath=/ca',
  'extraObjects[0].apiVersion=v1,extraObjects[0].kind=ConfigMap',
  'extraObjects[0].metadata.name=map-of-{{ .Release.Name }}',
  String.raw`extraObjects[1]=apiVersion: v1
kind: ConfigMap
metadata: {name: "text-of-{{ .Release.Name }}"}`,
  'podAnnotations.a=b,podLabels.c=d,deploymentAnnotations.e=f',
  'priorityClassName=system-cluster-critical',
  'nodeSelector.disk=ssd',
  'tolerations[0].key=spot,tolerations[0].operator=Exists',
  'affinity.nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution=null',
  'topologySpreadConstraints[0].maxSkew=1',
  'topologySpreadConstraints[0].topologyKey=zone',
  'topologySpreadConstraints[0].whenUnsatisfiable=ScheduleAnyway',
  'serviceAccount.annotations.g=h',
  'podDisruptionBudget.enabled=true,podDisruptionBudget.minAvailable=50%',
  'metrics.service.annotations.i=j,metrics.service.labels.k=l,metrics.service.port=9090',
  'metrics.serviceMonitor.enabled=true,metrics.serviceMonitor.labels.release=prometheus',
  'metrics.serviceMonitor.annotations.q=r',
  'metrics.serviceMonitor.interval=30s,metrics.serviceMonitor.scrapeTimeout=10s',
  'metrics.podMonitor.enabled=true',
  'metrics.podMonitor.relabelings[0].action=labeldrop,metrics.podMonitor.relabelings[0].regex=pod',
  'prometheusRule.enabled=true,prometheusRule.labels.release=prometheus',
  'prometheusRule.annotations.s=t,prometheusRule.alertLabels.team=identity',
  'prometheusRule.runbookUrl=https://docs.example/operations',
  'prometheusRule.matchers=job="a"',
  'prometheusRule.disabled[0]=InstitutionSyncInstitutionsSkipped',
  'grafanaDashboard.enabled=true,grafanaDashboard.folder=Identity',
];

/** Values with which as little as possible is made. */
export const NOTHING = [
  'crds.enabled=false',
  'serviceAccount.create=false,serviceAccount.name=other',
  'rbac.create=false',
  'leaderElection=false',
  'metrics.service.enabled=false',
  'podSecurityContext.runAsUser=null,podSecurityContext.runAsGroup=null',
  'resources=null',
];
