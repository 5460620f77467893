import type { components } from '#openapi';

type Schemas = components['schemas'];

/** The API leaves no field out that it names, save where it says so. */
type Whole<T> = { [K in keyof T]-?: Exclude<T[K], undefined> };

type Newest = Whole<NonNullable<Schemas['App']['rollout']>>;

export type App = Omit<Whole<Schemas['App']>, 'rollout'> & { rollout: Newest | null };
export type Approval = Whole<Schemas['Approval']>;
export type Attempt = Omit<Whole<Schemas['Attempt']>, 'steps'> & { steps: Step[] };
export type Job = Omit<Whole<Schemas['Job']>, 'attempts'> & { attempts: Attempt[] };
export type Project = Omit<Whole<Schemas['Project']>, 'latestRun' | 'apps'> & {
    latestRun: Run | null;
    apps: App[];
};
export type Release = Whole<Schemas['Release']>;
export type Rollout = Whole<Schemas['Rollout']>;
export type Run = Whole<Schemas['Run']>;
export type Trust = Whole<Schemas['Trust']>;
export type Step = Whole<NonNullable<Schemas['Attempt']['steps']>[number]>;
export type Problem = NonNullable<Schemas['RunWithJobs']['problems']>[number];
export type RunWithJobs = Run & {
    jobs: Job[] | null;
    notes: string[] | null;
    problems: Problem[] | null;
};
