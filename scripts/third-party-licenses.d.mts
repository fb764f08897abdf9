/** As much of the bundler's plugin as this one is. */
export interface LicensesPlugin {
  readonly name: string;
  generateBundle(
    this: { emitFile(file: { type: 'asset'; fileName: string; source: string }): void },
    options: unknown,
    bundle: Readonly<Record<string, { readonly moduleIds?: readonly string[] }>>,
  ): Promise<void>;
}

export function thirdPartyLicenses(): LicensesPlugin;
