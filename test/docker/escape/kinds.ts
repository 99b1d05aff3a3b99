// Every kind of attack that must be tried, and the titles of attacks that try it.

/**
 * The kinds as issue 4 names them. Each title is an attack that exists, fails on a guarded run, and has a control; a kind
 * whose attack goes makes a test fail.
 */
export const KINDS: Readonly<Record<string, readonly string[]>> = {
  "every host port": [
    "T6: of all ports on loopback none answers but the gateway's",
    "T6: a port on the host's loopback cannot be reached",
  ],
  "every host address": [
    "T6: none of the host's own addresses can be reached",
    "T6: an abstract Unix socket of the host cannot be reached",
  ],
  "the metadata address": [
    "T6: the cloud's metadata address cannot be reached (169.254.169.254)",
    "T6: the metadata address of IPv6 cannot be reached",
    "T6: a tunnel to a listed name that leads to the metadata address (metadata.example.com) is refused",
  ],
  "DNS in any form": [
    "T6: a name cannot be looked up through libc",
    "T6: a name server cannot be asked over UDP",
    "T6: a name server cannot be asked over TCP",
    "T6: a name server cannot be asked over TLS",
    "T6: a name server cannot be asked over HTTPS",
    "T6: the engine's own name server cannot be asked",
    "T6: the host's own name server cannot be asked",
    "T6: a multicast cannot be sent",
  ],
  "other containers": [
    "T7: a port in another container cannot be reached",
    "T7: memory that the host shares with other containers cannot be attached",
  ],
  "the engine's socket": ["T7: the engine's socket is at no path that is known"],
  "writing outside the workspace": [
    "T7: nothing outside the run's own folders is writable",
    "T7: nothing is written out of the workspace through .. or a link",
    "T7: the brief cannot be changed",
    "T10: the shared object store cannot be changed",
  ],
  mounts: ["T7: a file system cannot be mounted", "T7: the root cannot be mounted anew for writing"],
  capabilities: [
    "T7: a file cannot be given to root",
    "T7: a raw socket cannot be opened",
    "T7: a capability cannot be put on a program",
  ],
  setuid: ["T7: the run cannot become root by setuid", "T7: a setuid program of root does not make root"],
  "/proc": [
    "T7: core_pattern cannot be opened for writing",
    "T7: a masked kernel file cannot be uncovered",
    "T7: the host's files are not behind /proc/*/root",
  ],
  "/sys": [
    "T7: the kernel's device events (uevent_helper) cannot be opened for writing",
    "T8: the run's own limits cannot be opened for writing",
  ],
  "a fork bomb": ["T8: a fork bomb stays within its processes"],
  "a memory flood": ["T8: a memory bomb ends the run"],
  "a disk flood": ["T8: a disk flood of the workspace ends the run", "T8: /tmp takes no more than its size"],
  "an inode flood": ["T8: an inode flood ends the run", "T8: /tmp takes no more files than its limit"],
  "a file-descriptor flood": ["T8: a flood of open files stops at the limit"],
  "a log flood": ["T8: a log flood is kept only to its limit"],
  "ignoring SIGTERM": ["T8: an agent that ignores SIGTERM is ended at its deadline"],
  "double-forked survivors": ["T8: a daemon that forked twice into its own session is gone after the run"],
  "environment secrets": [
    "T5: the App's environment is not the run's",
    "T5: no process's environment in /proc holds a secret of the App",
  ],
  "process secrets": [
    "T5: no process's command line in /proc holds a secret of the App",
    "T7: the memory of a process of the host cannot be read",
  ],
  "another run's lease": [
    "T6: a request with another run's lease is refused",
    "T6: a model call with another run's lease is refused",
    "T6: a tunnel with another run's lease is refused",
  ],
  "an expired lease": [
    "T6: a lease that has ended opens nothing any more, while its container still runs",
    "T6: a lease that has ended pushes nothing any more",
  ],
  "path tricks at the git gateway": [
    "T9: the path /repo.git/%2e%2e/secret is refused",
    "T9: another repository's path is refused",
  ],
  "path tricks at the model gateway": [
    "T6: the path /model/openai/v1/%2e%2e/%2e%2e/secret at the model gateway is refused",
    "T6: the path /model/openai/v1/files at the model gateway is refused",
  ],
  "path tricks at the egress proxy": [
    "T6: a tunnel to loopback by its address (127.0.0.1) is refused",
    "T6: a tunnel to an address behind a listed name (open.example.com@127.0.0.1) is refused",
  ],
  "a malicious .git/config": [
    "T9: an included configuration file runs nothing on the host, which judges and publishes the push",
    "T9: an external difference program runs nothing on the host, which judges and publishes the push",
  ],
  hooks: ["T9: a hook before commits runs nothing on the host, which judges and publishes the push"],
  filters: [
    "T9: a filter on the way in runs nothing on the host, which judges and publishes the push",
    "T9: a filter on the way out runs nothing on the host, which judges and publishes the push",
  ],
  fsmonitor: ["T9: a file monitor runs nothing on the host, which judges and publishes the push"],
  attributes: [
    "T9: a text conversion by attribute runs nothing on the host, which judges and publishes the push",
    "T12: attributes that name a filter: taken in, and not published",
  ],
  "submodules in what is pushed": [
    "T10: a submodule in a push is refused",
    "T10: a list of submodules in a push is refused",
  ],
  "symlinks in what is pushed": ["T10: a link that leads out of the repository is refused"],
  "pushes elsewhere in every form": [
    "T11: a push to the default branch is refused",
    "T11: a push to another loop's branch is refused",
    "T11: a push of a tag is refused",
    "T11: a push of notes is refused",
    "T11: a push to a pull request's ref is refused",
    "T11: the deletion of a branch is refused",
    "T11: a push of several refs is refused",
    "T11: a push by wildcard is refused",
    "T11: a mirroring push is refused",
    "T11: a push of all tags is refused",
    "I8: a forced push that rewinds the branch is refused",
  ],
  "pack bombs": [
    "T8: a push over the byte limit is refused",
    "T8: a small pack that unfolds into a large file is refused",
    "T8: a tree that names itself over and over is refused",
  ],
  "workflow edits": ["T12: an edit of a workflow: taken in, and not published"],
  "secrets in diffs": ["T6: a secret in a diff is refused", "T6: a secret that a later commit removes is refused"],
  "secrets in messages": ["T6: a secret in a commit message is refused"],
};
