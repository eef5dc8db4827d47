// Batch normalisation, then 2x2 max pooling if asked for, then ReLU, as one layer: forward and backward.
//
// Images are (n, h, w, c) in memory (PyTorch's channels_last), float or bfloat16; arithmetic is float, sums over the
// batch are double. Parts of the batch are summed on their own, so that no result depends on the number of threads.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

constexpr int BLOCK = 32;  // channels whose sums stay in registers
constexpr int64_t PARTS = 32;
constexpr uint8_t OFF = 4;  // in place of a position in the window: ReLU was not active

struct bfloat16 {
    uint16_t bits;
};

inline float load(float value) { return value; }

inline float load(bfloat16 value) {
    const uint32_t bits = uint32_t(value.bits) << 16;
    float result;
    std::memcpy(&result, &bits, sizeof result);
    return result;
}

inline void store(float* to, float value) { *to = value; }

inline void store(bfloat16* to, float value) {  // to the nearest, ties to even
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    to->bits = uint16_t((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

template <class T>
inline float rounded(float value) {
    T stored;
    store(&stored, value);
    return load(stored);
}

// What ReLU with the output `out` lets through of a gradient; NaN stays NaN. No branch: both values are at hand.
inline float passed(float out, float gradient) { return out <= 0 ? 0 : gradient; }

struct Shape {
    int64_t n, h, w, c;
    bool pool;
    int64_t rows() const { return pool ? h / 2 : h; }
    int64_t columns() const { return pool ? w / 2 : w; }
    int64_t image() const { return h * w * c; }
    int64_t result() const { return rows() * columns() * c; }
};

// Two sums per channel over the batch: add(image, first channel, width, one, other) adds those of one image.
template <class Add>
void sum_over_batch(const Shape& s, int threads, Add add, double* one, double* other) {
    const int64_t parts = std::min(s.n, PARTS), c = s.c;
    std::vector<double> sums(2 * parts * c, 0.0);
#pragma omp parallel for num_threads(threads)
    for (int64_t part = 0; part < parts; part++) {
        double* own = &sums[2 * part * c];
        for (int64_t image = part * s.n / parts; image < (part + 1) * s.n / parts; image++)
            for (int64_t start = 0; start < c; start += BLOCK) {
                float left[BLOCK] = {}, right[BLOCK] = {};
                const int width = int(std::min<int64_t>(BLOCK, c - start));
                add(image, start, width, left, right);
                for (int k = 0; k < width; k++) {
                    own[start + k] += left[k];
                    own[c + start + k] += right[k];
                }
            }
    }
    for (int64_t k = 0; k < c; k++) {
        one[k] = other[k] = 0;
        for (int64_t part = 0; part < parts; part++) {
            one[k] += sums[2 * part * c + k];
            other[k] += sums[(2 * part + 1) * c + k];
        }
    }
}

// Calls f with the width, as a constant where it is BLOCK: only then do the sums stay in registers.
template <class F>
inline void with_width(int width, F f) {
    if (width == BLOCK)
        f(std::integral_constant<int, BLOCK>());
    else
        f(width);
}

template <class T>
void statistics(const T* x, const Shape& s, int threads, float* mean, float* variance) {
    std::vector<float> pivot(s.c);  // near the mean, so that no digits are lost in the squares
    for (int64_t k = 0; k < s.c; k++) pivot[k] = load(x[k]);
    const auto add = [&](int64_t image, int64_t start, int width, float* sum, float* square) {
        const float* p = &pivot[start];
        with_width(width, [&](auto count) {
            const T* row = x + image * s.image() + start;
            for (int64_t i = 0; i < s.h * s.w; i++, row += s.c)
#pragma omp simd
                for (int k = 0; k < count; k++) {
                    const float d = load(row[k]) - p[k];
                    sum[k] += d;
                    square[k] += d * d;
                }
        });
    };
    std::vector<double> one(s.c), other(s.c);
    sum_over_batch(s, threads, add, one.data(), other.data());
    const double count = double(s.n) * s.h * s.w;
    for (int64_t k = 0; k < s.c; k++) {
        const double distance = one[k] / count;
        mean[k] = float(pivot[k] + distance);
        variance[k] = float(std::max(other[k] / count - distance * distance, 0.0));
    }
}

// In training one NaN makes a channel's statistics and so all its values NaN. In evaluation it is looked for in each
// window, since a comparison with NaN is false and drops it; in place of that, `at` is left as it is.
template <bool training, class T>
void apply(const T* x, const float* scale, const float* shift, const Shape& s, int threads, T* y, uint8_t* at) {
    const int64_t c = s.c, row = s.w * c;
#pragma omp parallel for num_threads(threads)
    for (int64_t line = 0; line < s.n * s.rows(); line++) {
        const int64_t image = line / s.rows(), i = line % s.rows();
        const T* p = x + image * s.image() + (s.pool ? 2 * i : i) * row;
        T* out = y + line * s.columns() * c;
        uint8_t* place = at + line * s.columns() * c;
        for (int64_t j = 0; j < s.columns(); j++, out += c, place += c, p += s.pool ? 2 * c : c) {
            if (!s.pool) {
#pragma omp simd
                for (int64_t k = 0; k < c; k++) {
                    const float value = load(p[k]) * scale[k] + shift[k];
                    store(out + k, value < 0 ? 0 : value);
                }
                continue;
            }
            const T* q = p + row;
#pragma omp simd
            for (int64_t k = 0; k < c; k++) {  // the first of equal values wins, as in PyTorch
                float best = rounded<T>(load(p[k]) * scale[k] + shift[k]);
                uint32_t winner = 0;
                const float second = rounded<T>(load(p[c + k]) * scale[k] + shift[k]);
                winner = second > best ? 1 : winner;
                best = second > best ? second : best;
                const float third = rounded<T>(load(q[k]) * scale[k] + shift[k]);
                winner = third > best ? 2 : winner;
                best = third > best ? third : best;
                const float fourth = rounded<T>(load(q[c + k]) * scale[k] + shift[k]);
                winner = fourth > best ? 3 : winner;
                best = fourth > best ? fourth : best;
                if constexpr (!training) best = __builtin_isunordered(second, third) || fourth != fourth ? NAN : best;
                store(out + k, best < 0 ? 0 : best);
                if constexpr (training) place[k] = best <= 0 ? OFF : winner;
            }
        }
    }
}

// Per channel over the batch: the sum of the gradients that pass ReLU, and of their products with x - mean.
template <class T>
void gradient_sums(const T* dy, const T* x, const T* y, const uint8_t* at, const float* mean, const Shape& s,
                   int threads, double* plain, double* weighted) {
    const auto add = [&](int64_t image, int64_t start, int width, float* sum, float* product) {
        const float* m = mean + start;
        with_width(width, [&](auto count) {
            for (int64_t i = 0; i < s.rows(); i++) {
                const int64_t origin = image * s.result() + i * s.columns() * s.c + start;
                const T *g = dy + origin, *out = y + origin;
                const uint8_t* place = at + origin;
                const T* p = x + image * s.image() + (s.pool ? 2 * i : i) * s.w * s.c + start;
                for (int64_t j = 0; j < s.columns(); j++, g += s.c, out += s.c, place += s.c) {
                    if (!s.pool) {
#pragma omp simd
                        for (int k = 0; k < count; k++) {
                            const float d = passed(load(out[k]), load(g[k]));
                            sum[k] += d;
                            product[k] += d * (load(p[k]) - m[k]);
                        }
                        p += s.c;
                        continue;
                    }
                    const T *right = p + s.c, *below = p + s.w * s.c, *last = below + s.c;
#pragma omp simd
                    for (int k = 0; k < count; k++) {
                        const uint32_t winner = place[k];
                        const float g_k = load(g[k]), first = load(p[k]), second = load(right[k]);
                        const float third = load(below[k]), fourth = load(last[k]);
                        const float d = winner == OFF ? 0.0f : g_k;
                        float value = winner == 0 ? first : second;
                        value = winner == 2 ? third : value;
                        value = winner == 3 ? fourth : value;
                        sum[k] += d;
                        product[k] += d * (value - m[k]);
                    }
                    p += 2 * s.c;
                }
            }
        });
    };
    sum_over_batch(s, threads, add, plain, weighted);
}

// dx = scale * (gradient that passes ReLU and pooling) + slope * x + level.
template <class T>
void gradient(const T* dy, const T* x, const T* y, const uint8_t* at, const float* scale, const float* slope,
              const float* level, const Shape& s, int threads, T* dx) {
    const int64_t c = s.c, row = s.w * c;
#pragma omp parallel for num_threads(threads)
    for (int64_t line = 0; line < s.n * s.rows(); line++) {
        const int64_t image = line / s.rows(), i = line % s.rows(), first = line * s.columns() * c;
        const int64_t origin = image * s.image() + (s.pool ? 2 * i : i) * row;
        const T *p = x + origin, *g = dy + first, *out = y + first;
        const uint8_t* place = at + first;
        T* to = dx + origin;
        for (int64_t j = 0; j < s.columns(); j++, g += c, out += c, place += c) {
            if (!s.pool) {
#pragma omp simd
                for (int64_t k = 0; k < c; k++) {
                    const float d = passed(load(out[k]), load(g[k]));
                    store(to + k, scale[k] * d + slope[k] * load(p[k]) + level[k]);
                }
                p += c, to += c;
                continue;
            }
            const T* q = p + row;
            T* below = to + row;
#pragma omp simd
            for (int64_t k = 0; k < c; k++) {
                const uint32_t winner = place[k];
                const float d = scale[k] * load(g[k]);
                store(to + k, (winner == 0 ? d : 0) + slope[k] * load(p[k]) + level[k]);
                store(to + c + k, (winner == 1 ? d : 0) + slope[k] * load(p[c + k]) + level[k]);
                store(below + k, (winner == 2 ? d : 0) + slope[k] * load(q[k]) + level[k]);
                store(below + c + k, (winner == 3 ? d : 0) + slope[k] * load(q[c + k]) + level[k]);
            }
            p += 2 * c, to += 2 * c;
        }
    }
}

// Training where running values are given; otherwise mean and variance are those to use.
template <class T>
void forward(const T* x, const float* gamma, const float* beta, const Shape& s, float eps, int threads, float momentum,
             float* running_mean, float* running_variance, float* mean, float* variance, T* y, uint8_t* at) {
    if (running_mean) {
        statistics(x, s, threads, mean, variance);
        const double count = double(s.n) * s.h * s.w;
        for (int64_t k = 0; k < s.c; k++) {
            running_mean[k] += momentum * (mean[k] - running_mean[k]);
            running_variance[k] += momentum * (float(variance[k] * count / (count - 1)) - running_variance[k]);
        }
    }
    std::vector<float> scale(s.c), shift(s.c);
    for (int64_t k = 0; k < s.c; k++) {
        scale[k] = gamma[k] / std::sqrt(variance[k] + eps);
        shift[k] = beta[k] - mean[k] * scale[k];
    }
    if (running_mean)
        apply<true>(x, scale.data(), shift.data(), s, threads, y, at);
    else
        apply<false>(x, scale.data(), shift.data(), s, threads, y, at);
}

template <class T>
void backward(const T* dy, const T* x, const T* y, const uint8_t* at, const float* gamma, const float* mean,
              const float* variance, const Shape& s, float eps, int threads, T* dx, float* dgamma, float* dbeta) {
    std::vector<double> plain(s.c), weighted(s.c);
    gradient_sums(dy, x, y, at, mean, s, threads, plain.data(), weighted.data());
    const double count = double(s.n) * s.h * s.w;
    std::vector<float> scale(s.c), slope(s.c), level(s.c);
    for (int64_t k = 0; k < s.c; k++) {
        const double inverse = 1 / std::sqrt(double(variance[k]) + eps), factor = gamma[k] * inverse;
        dbeta[k] = float(plain[k]);
        dgamma[k] = float(weighted[k] * inverse);
        scale[k] = float(factor);
        slope[k] = float(-factor * inverse * inverse * weighted[k] / count);
        level[k] = float(-factor * plain[k] / count - double(slope[k]) * mean[k]);
    }
    gradient(dy, x, y, at, scale.data(), slope.data(), level.data(), s, threads, dx);
}

}  // namespace

#define ENTRY_POINTS(NAME, T)                                                                                         \
    extern "C" void forward_##NAME(const void* x, const float* gamma, const float* beta, int64_t n, int64_t h,        \
                                   int64_t w, int64_t c, int pool, float eps, int threads, float momentum,            \
                                   float* running_mean, float* running_variance, float* mean, float* variance,        \
                                   void* y, uint8_t* at) {                                                            \
        forward((const T*)x, gamma, beta, {n, h, w, c, bool(pool)}, eps, threads, momentum, running_mean,             \
                running_variance, mean, variance, (T*)y, at);                                                         \
    }                                                                                                                 \
    extern "C" void backward_##NAME(const void* dy, const void* x, const void* y, const uint8_t* at,                  \
                                    const float* gamma, const float* mean, const float* variance, int64_t n,          \
                                    int64_t h, int64_t w, int64_t c, int pool, float eps, int threads, void* dx,      \
                                    float* dgamma, float* dbeta) {                                                    \
        backward((const T*)dy, (const T*)x, (const T*)y, at, gamma, mean, variance, {n, h, w, c, bool(pool)}, eps,    \
                 threads, (T*)dx, dgamma, dbeta);                                                                     \
    }

ENTRY_POINTS(float32, float)
ENTRY_POINTS(bfloat16, bfloat16)
