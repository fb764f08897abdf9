import { NAME, show, type Demo } from '../show.ts';

/** The Secret and the InstitutionSync: all that a user writes. */
export async function connect(demo: Demo): Promise<void> {
  const { screen, stage } = demo;
  const { auth0, the } = stage;
  screen.heading('3. Say which tenant');
  await screen.say('First the credentials of an application of the tenant, as a Secret.');
  await show(
    demo,
    [
      'kubectl create secret generic auth0-credentials',
      `--from-literal=AUTH0_CLIENT_ID=${auth0.clientId}`,
      `--from-literal=AUTH0_CLIENT_SECRET=${auth0.clientSecret}`,
    ].join(' \\\n    '),
  );
  await screen.say(
    "Then one object that says what is wanted. The endpoint is the stand-in's; THE's own is the default.",
  );
  await show(
    demo,
    `kubectl apply -f - <<'EOF'
apiVersion: sync.timeshighereducation.com/v1alpha1
kind: InstitutionSync
metadata:
  name: ${NAME}
spec:
  auth0:
    domain: ${auth0.domain}
    credentialsSecretRef: { name: auth0-credentials }
  institutions:
    endpoint: ${the.endpoint}
  organizations:
    metadata: [country]
EOF`,
  );
}
