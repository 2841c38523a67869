"""The same verdict, whatever stands before a server: HTTP/2, certificates, a proxy, a gateway, short tokens."""
