// The public surface of this package: everything other packages may import.
