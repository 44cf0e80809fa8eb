import { lookup, type LookupAddress, type LookupOptions } from "node:dns";
import { BlockList, isIP } from "node:net";

/** Names by which clouds serve credentials to whoever asks from inside. */
const METADATA_HOSTS = new Set(["metadata", "metadata.google.internal", "metadata.azure.internal", "instance-data"]);

function createBlockList(): BlockList {
  const list = new BlockList();
  // Link-local: AWS, GCP, Azure, OpenStack and DigitalOcean at .169.254, AWS containers at .170.2 and .170.23.
  list.addSubnet("169.254.0.0", 16, "ipv4");
  list.addAddress("100.100.100.200", "ipv4"); // Alibaba Cloud
  list.addAddress("168.63.129.16", "ipv4"); // Azure's wire server
  list.addAddress("192.0.0.192", "ipv4"); // Oracle Cloud
  list.addSubnet("fe80::", 10, "ipv6");
  list.addAddress("fd00:ec2::254", "ipv6"); // AWS
  list.addAddress("fd20:ce::254", "ipv6"); // GCP
  return list;
}

/** True for addresses and names that serve a cloud machine's credentials, and for link-local addresses in general. */
export function isMetadataAddress(host: string): boolean {
  const bare = host
    .replace(/^\[|\]$/g, "")
    .replace(/\.$/, "")
    .toLowerCase();
  const version = isIP(bare);
  if (version === 0) return METADATA_HOSTS.has(bare);
  // BlockList compares IPv4 addresses written as IPv6 (::ffff:169.254.169.254) with the IPv4 rules itself.
  return createBlockList().check(bare, version === 4 ? "ipv4" : "ipv6");
}

type LookupCallback = (error: NodeJS.ErrnoException | null, address: string | LookupAddress[], family?: number) => void;

/** `dns.lookup` that refuses names which resolve to such an address, at every connection: names can be re-pointed. */
export function guardedLookup(hostname: string, options: LookupOptions, callback: LookupCallback): void {
  lookup(hostname, options, (error, address, family) => {
    const found: readonly (string | LookupAddress)[] = Array.isArray(address) ? address : [address];
    const bad = found.map((entry) => (typeof entry === "string" ? entry : entry.address)).find(isMetadataAddress);
    if (error === null && bad !== undefined) {
      const message = `${hostname} resolves to the metadata address ${bad}`;
      callback(Object.assign(new Error(message), { code: "EMETADATA" }), "", 0);
      return;
    }
    callback(error, address, family);
  });
}
