// Batch normalisation, then 2x2 max pooling if asked for, then ReLU, as one layer: forward and backward.
//
// Images are (n, h, w, c) in memory (PyTorch's channels_last), float or bfloat16; arithmetic is float, sums over the
// batch are double. Parts of the batch are summed on their own, so that no result depends on the number of threads.
// Where a product and a sum are rounded together is written down (`multiply_add`, -ffp-contract=off): a compiler's choice
// would differ between a loop of vectors and the few channels after it.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

namespace {

#define INLINED __attribute__((always_inline))

constexpr int SUMMED = 32;  // channels at once, as many as have their sums in registers
constexpr int MAPPED = 128;  // channels at once where nothing is summed
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

// a * b + c, rounded once where the processor can.
inline float multiply_add(float a, float b, float c) {
#ifdef FP_FAST_FMAF
    return std::fma(a, b, c);
#else
    return a * b + c;
#endif
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

// Calls f(first channel, width) for all channels in turn, at most WIDTH at once. The width is a constant: sums then stay
// in registers, and few channels still fill a vector. Otherwise GCC makes vectors that few channels do not fill.
template <int WIDTH, class F>
INLINED inline void over_channels(int64_t count, F f, int64_t start = 0) {
    for (; start + WIDTH <= count; start += WIDTH) f(start, std::integral_constant<int, WIDTH>());
    if constexpr (WIDTH > 1) over_channels<WIDTH / 2>(count, f, start);
}

// Two sums per channel over the batch: add(image, first channel, width, one, other) adds those of one image.
template <class Add>
void sum_over_batch(const Shape& s, int threads, Add add, double* one, double* other) {
    const int64_t parts = std::min(s.n, PARTS), c = s.c;
    std::vector<double> sums(2 * parts * c, 0.0);
#pragma omp parallel for num_threads(threads)
    for (int64_t part = 0; part < parts; part++) {
        double* own = &sums[2 * part * c];
        for (int64_t image = part * s.n / parts; image < (part + 1) * s.n / parts; image++)
            over_channels<SUMMED>(c, [&](int64_t start, auto width) INLINED {
                float left[SUMMED] = {}, right[SUMMED] = {};
                add(image, start, width, left, right);
                for (int k = 0; k < width; k++) {
                    own[start + k] += left[k];
                    own[c + start + k] += right[k];
                }
            });
    }
    for (int64_t k = 0; k < c; k++) {
        one[k] = other[k] = 0;
        for (int64_t part = 0; part < parts; part++) {
            one[k] += sums[2 * part * c + k];
            other[k] += sums[(2 * part + 1) * c + k];
        }
    }
}

template <class T>
void statistics(const T* x, const Shape& s, int threads, float* mean, float* variance) {
    std::vector<float> pivot(s.c);  // near the mean, so that no digits are lost in the squares
    for (int64_t k = 0; k < s.c; k++) pivot[k] = load(x[k]);
    const auto add = [&](int64_t image, int64_t start, auto width, float* sum, float* square) INLINED {
        const float* p = &pivot[start];
        const T* row = x + image * s.image() + start;
        for (int64_t i = 0; i < s.h * s.w; i++, row += s.c)
#pragma omp simd
            for (int k = 0; k < width; k++) {
                const float d = load(row[k]) - p[k];
                sum[k] += d;
                square[k] = multiply_add(d, d, square[k]);
            }
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

// ReLU of scale * x + shift, of `width` channels.
template <class T, class Width>
INLINED inline void normalise(const T* x, const float* scale, const float* shift, Width width, T* y) {
#pragma omp simd
    for (int k = 0; k < width; k++) {
        const float value = multiply_add(load(x[k]), scale[k], shift[k]);
        store(y + k, value < 0 ? 0 : value);
    }
}

// The same of the largest value in a window of two lines, and its position `at`; the first of equal values wins, as in
// PyTorch. In training one NaN makes a channel's statistics and so all its values NaN. In evaluation it is looked for in
// each window, since a comparison with NaN is false and drops it; in place of that, `at` is left as it is.
template <bool training, class T, class Width>
INLINED inline void normalise_window(const T* upper, const T* lower, int64_t c, const float* scale, const float* shift,
                                     Width width, T* y, uint8_t* at) {
#pragma omp simd
    for (int k = 0; k < width; k++) {
        float best = rounded<T>(multiply_add(load(upper[k]), scale[k], shift[k]));
        uint32_t winner = 0;
        const float second = rounded<T>(multiply_add(load(upper[c + k]), scale[k], shift[k]));
        winner = second > best ? 1 : winner;
        best = second > best ? second : best;
        const float third = rounded<T>(multiply_add(load(lower[k]), scale[k], shift[k]));
        winner = third > best ? 2 : winner;
        best = third > best ? third : best;
        const float fourth = rounded<T>(multiply_add(load(lower[c + k]), scale[k], shift[k]));
        winner = fourth > best ? 3 : winner;
        best = fourth > best ? fourth : best;
        if constexpr (!training) best = __builtin_isunordered(second, third) || fourth != fourth ? NAN : best;
        store(y + k, best < 0 ? 0 : best);
        if constexpr (training) at[k] = best <= 0 ? OFF : winner;
    }
}

template <bool training, class T>
void apply(const T* x, const float* scale, const float* shift, const Shape& s, int threads, T* y, uint8_t* at) {
    const int64_t c = s.c, row = s.w * c;
#pragma omp parallel for num_threads(threads)
    for (int64_t line = 0; line < s.n * s.rows(); line++) {
        const int64_t image = line / s.rows(), i = line % s.rows();
        const T* p = x + image * s.image() + (s.pool ? 2 * i : i) * row;
        T* out = y + line * s.columns() * c;
        uint8_t* place = at + line * s.columns() * c;
        over_channels<MAPPED>(c, [=, &s](int64_t start, auto width) INLINED {
            const float *a = scale + start, *b = shift + start;
            const T* q = p + start;
            for (int64_t j = 0, k = start; j < s.columns(); j++, k += c, q += s.pool ? 2 * c : c)
                if (s.pool)
                    normalise_window<training>(q, q + row, c, a, b, width, out + k, place + k);
                else
                    normalise(q, a, b, width, out + k);
        });
    }
}

// Of `width` channels, adds the gradient that passes ReLU, and its product with x - mean.
template <class T, class Width>
INLINED inline void add_gradient(const T* dy, const T* x, const T* y, const float* mean, Width width, float* sum,
                                 float* product) {
#pragma omp simd
    for (int k = 0; k < width; k++) {
        const float d = passed(load(y[k]), load(dy[k]));
        sum[k] += d;
        product[k] = multiply_add(d, load(x[k]) - mean[k], product[k]);
    }
}

// The same of a window of two lines, where the gradient is that of the position `at`.
template <class T, class Width>
INLINED inline void add_gradient_of_window(const T* dy, const T* upper, const T* lower, const uint8_t* at, int64_t c,
                                           const float* mean, Width width, float* sum, float* product) {
#pragma omp simd
    for (int k = 0; k < width; k++) {
        const uint32_t winner = at[k];
        const float gradient = load(dy[k]), first = load(upper[k]), second = load(upper[c + k]);
        const float third = load(lower[k]), fourth = load(lower[c + k]);
        const float d = winner == OFF ? 0.0f : gradient;
        float value = winner == 0 ? first : second;
        value = winner == 2 ? third : value;
        value = winner == 3 ? fourth : value;
        sum[k] += d;
        product[k] = multiply_add(d, value - mean[k], product[k]);
    }
}

template <class T>
void gradient_sums(const T* dy, const T* x, const T* y, const uint8_t* at, const float* mean, const Shape& s,
                   int threads, double* plain, double* weighted) {
    const int64_t row = s.w * s.c;
    const auto add = [&](int64_t image, int64_t start, auto width, float* sum, float* product) INLINED {
        const float* m = mean + start;
        for (int64_t i = 0; i < s.rows(); i++) {
            const T* p = x + image * s.image() + (s.pool ? 2 * i : i) * row + start;
            int64_t k = image * s.result() + i * s.columns() * s.c + start;
            for (int64_t j = 0; j < s.columns(); j++, k += s.c, p += s.pool ? 2 * s.c : s.c)
                if (s.pool)
                    add_gradient_of_window(dy + k, p, p + row, at + k, s.c, m, width, sum, product);
                else
                    add_gradient(dy + k, p, y + k, m, width, sum, product);
        }
    };
    sum_over_batch(s, threads, add, plain, weighted);
}

// dx = scale * (gradient that passes ReLU) + slope * x + level, of `width` channels.
template <class T, class Width>
INLINED inline void gradient_of(const T* dy, const T* x, const T* y, const float* scale, const float* slope,
                                const float* level, Width width, T* dx) {
#pragma omp simd
    for (int k = 0; k < width; k++) {
        const float d = passed(load(y[k]), load(dy[k]));
        store(dx + k, multiply_add(scale[k], d, slope[k] * load(x[k])) + level[k]);
    }
}

// The same of a window of two lines, where the gradient passes to the position `at` alone.
template <class T, class Width>
INLINED inline void gradient_of_window(const T* dy, const T* upper, const T* lower, const uint8_t* at, int64_t c,
                                       const float* scale, const float* slope, const float* level, Width width,
                                       T* to_upper, T* to_lower) {
#pragma omp simd
    for (int k = 0; k < width; k++) {
        const uint32_t winner = at[k];
        const float d = scale[k] * load(dy[k]);
        store(to_upper + k, multiply_add(slope[k], load(upper[k]), winner == 0 ? d : 0) + level[k]);
        store(to_upper + c + k, multiply_add(slope[k], load(upper[c + k]), winner == 1 ? d : 0) + level[k]);
        store(to_lower + k, multiply_add(slope[k], load(lower[k]), winner == 2 ? d : 0) + level[k]);
        store(to_lower + c + k, multiply_add(slope[k], load(lower[c + k]), winner == 3 ? d : 0) + level[k]);
    }
}

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
        over_channels<MAPPED>(c, [=, &s](int64_t start, auto width) INLINED {
            const float *a = scale + start, *b = slope + start, *l = level + start;
            for (int64_t j = 0, k = start, m = start; j < s.columns(); j++, k += c, m += s.pool ? 2 * c : c)
                if (s.pool)
                    gradient_of_window(g + k, p + m, p + m + row, place + k, c, a, b, l, width, to + m, to + m + row);
                else
                    gradient_of(g + k, p + m, out + k, a, b, l, width, to + m);
        });
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
            running_mean[k] = multiply_add(momentum, mean[k] - running_mean[k], running_mean[k]);
            const float unbiased = float(variance[k] * count / (count - 1));
            running_variance[k] = multiply_add(momentum, unbiased - running_variance[k], running_variance[k]);
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
