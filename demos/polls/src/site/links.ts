// Other parts of the demo that the home page links to.

/** Addresses, as URLs; parts that are not given are not linked. */
export interface SiteLinks {
  readonly questions?: string
  readonly connect?: string
  readonly console?: string
}
