// Tries what needs a capability, a namespace or the kernel's own files. Opens such files, but never writes to them.
import { accessSync, closeSync, constants, openSync, readdirSync, readSync, writeFileSync } from "node:fs";
import { attempt, perl, sh, syscall } from "./attempt.mjs";

function open(path, flags) {
  closeSync(openSync(path, flags));
  return "opened";
}

/** Tries each and says what came of it, once for each way. */
function each(paths, act) {
  const said = paths.map((path) => {
    try {
      return act(path);
    } catch (error) {
      return `refused ${error.code}`;
    }
  });
  return [...new Set(said)].join(" ").replace(/(?<=.)refused /g, "");
}

function firstByte(path) {
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const count = readSync(file, Buffer.alloc(1));
  closeSync(file);
  return count > 0 ? "read" : "refused empty";
}

await attempt("chown", () => (writeFileSync("/tmp/mine", ""), sh("chown 0:12345 /tmp/mine && echo changed")));
await attempt("raw-socket", () => syscall({ x64: 41, arm64: 198 }, 2, 3, 1)); // AF_INET, SOCK_RAW, ICMP
await attempt("packet-socket", () => syscall({ x64: 41, arm64: 198 }, 17, 3, 768)); // AF_PACKET
await attempt("mknod", () => sh("mknod /tmp/disk b 7 0 && echo made"));
await attempt("userns", () => sh("unshare --user true && echo entered"));
await attempt("mountns", () => sh("unshare --mount true && echo entered"));
await attempt("setns", () => sh("nsenter --target 1 --net true && echo entered"));
await attempt("setuid", () => process.getuid() === 0 ? "root already" : (process.setuid(0), "root now"));
await attempt("setuid-program", () => sh("/workspace/suid-id -u"));
await attempt("file-capability", () => {
  const capability = Buffer.from("0100000200002000000000000000000000000000", "hex"); // cap_sys_admin, revision 2
  writeFileSync("/tmp/program", "");
  return syscall({ x64: 188, arm64: 5 }, "/tmp/program", "security.capability", capability, 20, 0); // setxattr
});
await attempt("module", () => syscall({ x64: 313, arm64: 273 }, -1, 0, 0)); // finit_module
await attempt("bpf", () => syscall({ x64: 321, arm64: 280 }, 9999, 0, 0));
await attempt("perf", () => syscall({ x64: 298, arm64: 241 }, 0, 0, -1, -1, 0));
await attempt("keyring", () => syscall({ x64: 250, arm64: 219 }, 0, -3, 1)); // keyctl: the session keyring
await attempt("io-uring", () => syscall({ x64: 425, arm64: 425 }, 1, 0));
await attempt("aio", () => syscall({ x64: 206, arm64: 0 }, 1, 0)); // io_setup, with nowhere to put the context
await attempt("userfaultfd", () => syscall({ x64: 323, arm64: 282 }, 0));
await attempt("file-handle", () => perl(`
  my ($name, $open) = ${process.arch === "x64" ? "(303, 304)" : "(264, 265)"}; # name_to_handle_at, open_by_handle_at
  opendir(my $folder, "/workspace"); my $fd = fileno($folder);
  my $path = "/workspace"; my $handle = pack("IiC128", 128, 0, (0) x 128); my $mount = pack("i", 0);
  my $r = syscall($name, -100, $path, $handle, $mount, 0);
  $r = syscall($open, $fd, $handle, 0) if $r == 0;`));
await attempt("reboot", () => syscall({ x64: 169, arm64: 142 }, 1, 1, 1, 0)); // numbers that mean nothing
await attempt("hostname", () => sh("hostname escaped && echo renamed"));
await attempt("priority", () => syscall({ x64: 141, arm64: 140 }, 0, 0, -5)); // setpriority
await attempt("chroot", () => syscall({ x64: 161, arm64: 51 }, "/"));

await attempt("mount-tmpfs", () => sh("mkdir -p /tmp/t && mount -t tmpfs none /tmp/t && echo mounted && umount /tmp/t"));
await attempt("mount-bind", () => sh("mkdir -p /tmp/b && mount --bind /proc /tmp/b && echo mounted && umount /tmp/b"));
await attempt("remount-root", () => sh("mount -o remount,rw / && echo mounted"));
await attempt("mount-proc", () => sh("mkdir -p /tmp/p && mount -t proc none /tmp/p && echo mounted && umount /tmp/p"));
await attempt("mount-cgroup", () => sh("mkdir -p /tmp/c && mount -t cgroup2 none /tmp/c && echo mounted && umount /tmp/c"));
await attempt("umount-mask", () => sh("umount /proc/timer_list && head -c 20 /proc/timer_list | grep -q . && echo read"));

sh("mount -o remount,rw /sys; mount -o remount,rw /sys/fs/cgroup/pids; mount -o remount,rw /sys/fs/cgroup/memory; mount -o remount,rw /sys/fs/cgroup");
const opened = (paths, flags) => each(paths, (path) => open(path, flags));
await attempt("triggers", () => opened(["/proc/sysrq-trigger", "/proc/sys/vm/drop_caches"], "w"));
await attempt("core-pattern", () => open("/proc/sys/kernel/core_pattern", "r+"));
await attempt("kernel-programs", () => opened(["/proc/sys/kernel/modprobe", "/proc/sys/kernel/poweroff_cmd"], "r+"));
await attempt("device-events", () => opened(["/sys/kernel/uevent_helper", "/sys/class/mem/null/uevent"], "r+"));
await attempt("ip-forward", () => open("/proc/sys/net/ipv4/ip_forward", "r+"));
await attempt("cgroup-limits", () => open(cgroupFile(), "r+"));
await attempt("release-agent", () => opened(["/sys/fs/cgroup/memory/cgroup.procs", "/sys/fs/cgroup/cgroup.procs"], "r+"));
await attempt("oom-score", () => sh("s=$(cat /proc/self/oom_score_adj); echo $((s - 100)) > /proc/self/oom_score_adj && echo lowered"));
await attempt("kernel-tales", () => each(["/proc/kcore", "/proc/timer_list", "/dev/mem"], firstByte));
await attempt("kernel-log", () => sh("dmesg | head -c 20 | grep -q . && echo read"));
await attempt("devices", () => {
  const found = readdirSync("/dev").filter((name) => /^(sd|vd|nvme|xvd|loop|mem|kmsg|kvm|vsock|tun)/.test(name));
  return found.length > 0 ? `sees ${found.slice(0, 3)}` : "refused: none there";
});
await attempt("root-writable", () => {
  const places = ["/", "/etc", "/usr", "/usr/bin", "/opt/loopgate", "/var", "/run", "/proc/self/root/etc"];
  return places.filter(isWritable).join(" ") || "refused everywhere";
});

function cgroupFile() {
  const files = ["/sys/fs/cgroup/pids.max", "/sys/fs/cgroup/pids/pids.max", "/sys/fs/cgroup/pids/cgroup.procs"];
  return files.find((path) => existing(path)) ?? "/sys/fs/cgroup/cgroup.procs";
}

function existing(path) {
  try {
    accessSync(path);
    return true;
  } catch {
    return false;
  }
}

function isWritable(folder) {
  try {
    writeFileSync(`${folder}/loopgate-escape-probe`, "");
    return true;
  } catch {
    return false;
  }
}
