// The rules of egress: which names are listed, and which addresses a listed name may lead to.
import { describe, expect, test } from "vitest";
import { addressProblem, isPublicAddress } from "../../../src/gateway/egress/addresses.ts";
import { isAllowed, readDestination } from "../../../src/gateway/egress/hosts.ts";
import { readAllowedHost } from "../../../src/policy/hosts.ts";

describe("a listed host", () => {
  test.each([
    ["example.com", { name: "example.com", below: false, port: 443 }],
    [" Files.Example.com. ", { name: "files.example.com", below: false, port: 443 }],
    ["*.example.com", { name: "example.com", below: true, port: 443 }],
    ["example.com:8443", { name: "example.com", below: false, port: 8443 }],
  ])("reads %s", (text, host) => {
    expect(readAllowedHost(text)).toEqual(host);
  });

  test.each([
    "",
    "*",
    "*.com",
    "com",
    "localhost",
    "10.0.0.1",
    "https://example.com",
    "example.com/x",
    "a*.example.com",
    "**",
    "*.*",
    "*.*.com",
    "*:443",
    "*.",
    "*.com.",
    "*.co.uk",
    "*.GITHUB.io",
    "*.com:443",
    ".com",
  ])("is not %j", (text) => {
    expect(readAllowedHost(text)).toBeNull();
  });

  test.each<[string, string, boolean]>([
    ["example.com", "example.com:443", true],
    ["example.com", "EXAMPLE.com.:443", true],
    ["example.com", "example.com:80", false],
    ["example.com", "example.com:22", false],
    ["example.com:8443", "example.com:8443", true],
    ["example.com:8443", "example.com:443", false],
    ["example.com", "www.example.com:443", false],
    ["example.com", "badexample.com:443", false],
    ["example.com", "example.com.evil.net:443", false],
    ["*.example.com", "a.b.example.com:443", true],
    ["*.example.com", "example.com:443", false],
    ["*.example.com", "badexample.com:443", false],
  ])("%s and %s: %s", (listed, target, allowed) => {
    const [host, destination] = [readAllowedHost(listed), readDestination(target)];
    expect(host !== null && destination !== null && isAllowed([host], destination)).toBe(allowed);
  });

  test("an empty list allows nothing", () => {
    expect(isAllowed([], { name: "example.com", port: 443 })).toBe(false);
  });
});

test.each([
  "127.0.0.1:443",
  "2130706433:443",
  "0x7f.1:443",
  "0x7f000001:443",
  "017700000001:443",
  "127.1:443",
  "[::1]:443",
  "[::ffff:127.0.0.1]:443",
  "localhost:443",
  "example.com",
  "example.com:0",
  "example.com:65536",
  "example.com:443:443",
  "user@example.com:443",
  "exa mple.com:443",
  "exämple.com:443",
  "example.com%00.evil.net:443",
  "-example.com:443",
  `${"a".repeat(64)}.com:443`,
  `${"a.".repeat(126)}com:443`,
  "/etc/passwd",
  "",
])("%j is no destination", (target) => {
  expect(readDestination(target)).toBeNull();
});

describe("an address", () => {
  test.each(["93.184.216.34", "1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::1"])(
    "%s is public",
    (address) => {
      expect(isPublicAddress(address)).toBe(true);
    },
  );

  test.each([
    ["0.0.0.0", "this host"],
    ["10.1.2.3", "private"],
    ["100.64.0.1", "shared by a carrier"],
    ["127.0.0.1", "loopback"],
    ["127.255.255.254", "loopback"],
    ["169.254.169.254", "link-local: the metadata service"],
    ["168.63.129.16", "a cloud's host agent"],
    ["172.16.0.1", "private"],
    ["172.31.255.255", "private"],
    ["192.168.1.1", "private"],
    ["192.0.0.192", "protocol assignments"],
    ["198.18.0.1", "benchmarks"],
    ["203.0.113.1", "documentation"],
    ["224.0.0.1", "multicast"],
    ["240.0.0.1", "reserved"],
    ["255.255.255.255", "broadcast"],
    ["::", "unspecified"],
    ["::1", "loopback"],
    ["::ffff:127.0.0.1", "mapped"],
    ["::ffff:93.184.216.34", "mapped, even from a public one"],
    ["::127.0.0.1", "compatible"],
    ["64:ff9b::7f00:1", "translated"],
    ["100::1", "discarded"],
    ["2001::1", "Teredo"],
    ["2001:db8::1", "documentation"],
    ["2002:7f00:1::", "6to4"],
    ["fc00::1", "unique local"],
    ["fd00:ec2::254", "unique local: the metadata service"],
    ["fe80::1", "link-local"],
    ["2606:4700::1111%eth0", "with a zone"],
    ["fec0::1", "site-local"],
    ["ff02::1", "multicast"],
    ["not an address", "nothing"],
  ])("%s is not: %s", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  test("one closed address among public ones closes the name, and so does this machine's own", () => {
    expect(addressProblem(["93.184.216.34", "10.0.0.1"], [])).toContain("10.0.0.1");
    expect(addressProblem(["93.184.216.34"], ["93.184.216.34"])).toContain("this machine");
    expect(addressProblem([], [])).toContain("no address");
    expect(addressProblem(["93.184.216.34"], ["10.0.0.1"])).toBeNull();
  });
});
