// How a run is told of its way to the hosts that policy allows: in every name that a family of tools reads, since no name is read by all.

const here = "127.0.0.1";

/**
 * Environment of a run that may reach hosts; `{port}` is filled in later. curl, git, pip, Go, .NET and cargo read either spelling of
 * `HTTPS_PROXY`, wget and libraries after it the lower case alone, Node's own fetch neither unless it is told to
 * (https://nodejs.org/api/cli.html#node_use_env_proxy1), and what runs on a JVM only its properties.
 */
export function proxyVariables(token: string): Readonly<Record<string, string>> {
  const address = `http://lease:${token}@${here}:{port}`;
  const none = `${here},localhost`;
  return {
    HTTPS_PROXY: address,
    https_proxy: address,
    NO_PROXY: none,
    no_proxy: none,
    NODE_USE_ENV_PROXY: "1",
    JAVA_TOOL_OPTIONS: Object.entries(javaProperties)
      .map(([name, value]) => `-D${name}=${value}`)
      .join(" "),
  };
}

/**
 * Every JVM takes them up, those that a build starts for its compiler and tests too. The JDK knows of no user or password for a proxy
 * (https://docs.oracle.com/en/java/javase/21/docs/api/java.base/java/net/doc-files/net-properties.html), so a tunnel is opened for a
 * client that shows none. Maven takes the JDK's proxy where its transport is told to: since 3.9 by the first of the last two names,
 * since 4 by the second (https://maven.apache.org/resolver/configuration.html).
 */
const javaProperties: Readonly<Record<string, string>> = {
  "https.proxyHost": here,
  "https.proxyPort": "{port}",
  "http.nonProxyHosts": "localhost|127.*|[::1]",
  "aether.connector.http.useSystemProperties": "true",
  "aether.transport.apache.useSystemProperties": "true",
};
