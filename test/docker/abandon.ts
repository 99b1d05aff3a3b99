// A program that starts one run, says so, and waits to be killed: an App that is lost without warning.
import Docker from "dockerode";
import { dockerRuntime } from "../../src/container/docker/docker.ts";

const { socketPath, request, ...options } = JSON.parse(process.argv[2] ?? "");
const runtime = dockerRuntime({ docker: new Docker({ socketPath }), relay: { kind: "toolchain" }, ...options });
await runtime.start(request);
process.stdout.write("started\n");
