#include "model/advantage.h"

double advantages(int n, int K, const double *reward, const double *greedy, real *advantage)
{
    double baselines = 0;
    for (int i = 0; i < n; i++) {
        const double *r = reward + (long)i * K;
        double sum = 0;
        for (int k = 0; k < K; k++)
            sum += r[k];
        for (int k = 0; k < K; k++) {
            double baseline = greedy ? greedy[i] : (sum - r[k]) / (K - 1);
            advantage[(long)i * K + k] = (real)(r[k] - baseline);
            baselines += baseline;
        }
    }
    return baselines / ((double)n * K);
}
