"""Where requests come from, for limits on how often something may be tried."""

from ipaddress import IPv6Address, ip_address, ip_network

#: The part of an IPv6 address that one household or office has; the rest it chooses freely.
OWN_PREFIX = 64


def origin_of(address: str) -> str:
    """Return what stands for one caller: an IPv4 address, or the network of an IPv6 address."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:45]
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or ip_network((int(found), OWN_PREFIX), strict=False))
